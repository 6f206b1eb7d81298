//! The clipboard.

use notespot_app::HostError;
use tauri::AppHandle;
use tauri_plugin_clipboard_manager::ClipboardExt as _;

/// The clipboard took the text and did not keep it.
#[derive(Debug, thiserror::Error)]
#[error("the clipboard holds something else than was put there")]
struct NotKept;

/// Puts a text on the clipboard, and reads it back: some compositors say yes and keep nothing
/// (tauri-apps/plugins-workspace#2498).
pub(crate) fn copy(app: &AppHandle, text: &str) -> Result<(), HostError> {
    let clipboard = app.clipboard();
    clipboard.write_text(text).map_err(|error| HostError(Box::new(error)))?;
    match clipboard.read_text() {
        Ok(kept) if kept == text => Ok(()),
        Ok(_) => Err(HostError(Box::new(NotKept))),
        Err(error) => Err(HostError(Box::new(error))),
    }
}
