//! Who is signed in, at which server, and what is shown around the list.

use notespot_app::{App, AppError, Host as _};
use notespot_protocol::window::{AppEvent, AppState};
use tauri::{AppHandle, State};

use super::Answer;
use crate::clipboard;
use crate::early_notices::EarlyNotices;
use crate::host::Desktop;

#[tauri::command]
#[specta::specta]
pub(crate) fn app_state(app: State<'_, App>) -> AppState {
    app.state()
}

/// The window listens from now on: it is told how things stand, and what was said before.
#[tauri::command]
#[specta::specta]
pub(crate) fn window_listens(handle: AppHandle, app: State<'_, App>, early: State<'_, EarlyNotices>) {
    let host = Desktop::new(handle);
    host.on_event(AppEvent::StateChanged { state: app.state() });
    for notice in early.release() {
        host.on_event(notice);
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in(app: State<'_, App>) -> Answer<()> {
    Ok(app.sign_in().await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_sign_in(app: State<'_, App>) -> Answer<()> {
    Ok(app.cancel_sign_in().await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out(app: State<'_, App>) -> Answer<()> {
    Ok(app.sign_out().await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn use_server(app: State<'_, App>, url: String) -> Answer<()> {
    Ok(app.use_server(&url).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn check_server(app: State<'_, App>) -> Answer<()> {
    Ok(app.check_server().await?)
}

/// Puts on the clipboard what the window already shows: a checksum, an address.
#[tauri::command]
#[specta::specta]
pub(crate) fn copy_text(handle: AppHandle, text: String) -> Answer<()> {
    Ok(clipboard::copy(&handle, &text).map_err(AppError::Clipboard)?)
}
