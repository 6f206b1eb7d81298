//! Files in the programs that the system has for them. Paths come from the application, never from the web view.

use std::path::Path;

use notespot_app::HostError;
use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt as _;

/// The system's programs are told of files by text.
#[derive(Debug, thiserror::Error)]
#[error("the path is no text")]
struct NotText;

/// Opens a file. The system may say yes and show nothing.
pub(crate) fn open(app: &AppHandle, path: &Path) -> Result<(), HostError> {
    let text = path.to_str().ok_or_else(|| HostError(Box::new(NotText)))?;
    app.opener().open_path(text, None::<&str>).map_err(|error| HostError(Box::new(error)))
}

/// Shows a file in the folder that it lies in.
pub(crate) fn show_in_folder(app: &AppHandle, path: &Path) -> Result<(), HostError> {
    app.opener().reveal_item_in_dir(path).map_err(|error| HostError(Box::new(error)))
}
