//! The system's dialogs. Each waits for the person, on a thread where waiting is allowed; `None` is
//! a person who changed their mind.

use std::path::PathBuf;

use tauri::{AppHandle, Manager as _};
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder, FilePath};

type Asking = FileDialogBuilder<tauri::Wry>;

/// Files to upload.
pub(crate) async fn files_to_upload(app: &AppHandle) -> Option<Vec<PathBuf>> {
    let picked = ask(app, |dialog| dialog.set_title("Upload files").blocking_pick_files()).await?;
    Some(picked.into_iter().filter_map(path).collect())
}

/// Where a file is now that is to be uploaded.
pub(crate) async fn file_again(app: &AppHandle) -> Option<PathBuf> {
    path(ask(app, |dialog| dialog.set_title("Choose the file again").blocking_pick_file()).await?)
}

/// Where to save one file; the dialog asks before it replaces another.
pub(crate) async fn where_to_save(app: &AppHandle, name: String) -> Option<PathBuf> {
    path(ask(app, |dialog| dialog.set_title("Save file").set_file_name(name).blocking_save_file()).await?)
}

/// The folder to save several files in.
pub(crate) async fn folder_to_save_in(app: &AppHandle) -> Option<PathBuf> {
    path(ask(app, |dialog| dialog.set_title("Save files in").blocking_pick_folder()).await?)
}

async fn ask<T: Send + 'static>(
    app: &AppHandle,
    show: impl FnOnce(Asking) -> Option<T> + Send + 'static,
) -> Option<T> {
    let mut dialog = app.dialog().file();
    if let Some(window) = app.get_webview_window("main") {
        dialog = dialog.set_parent(&window);
    }
    tauri::async_runtime::spawn_blocking(move || show(dialog)).await.ok().flatten()
}

fn path(picked: FilePath) -> Option<PathBuf> {
    picked.into_path().inspect_err(|error| tracing::warn!(%error, "the chosen place is no path")).ok()
}
