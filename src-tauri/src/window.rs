//! The window.

use tauri::{App, AppHandle, Manager as _, WebviewWindowBuilder};

/// The window's label, in the configuration and the capabilities.
const MAIN: &str = "main";

/// Opens the window that the configuration describes. Done after the application was started, so
/// that the web view's first command finds it.
pub(crate) fn open(app: &App) -> tauri::Result<()> {
    let described = app.config().app.windows.iter().find(|window| window.label == MAIN);
    let described = described.ok_or(tauri::Error::WindowNotFound)?;
    WebviewWindowBuilder::from_config(app, described)?.build()?;
    Ok(())
}

/// Shows the window before all others: the browser hands a sign-in back, or a second start was made.
pub(crate) fn bring_to_front(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}
