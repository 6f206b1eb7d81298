//! The transfers panel.

use notespot_app::App;
use notespot_protocol::window::{MoveTo, TargetAnswer, TransferId, TransferLimits, Transfers};
use tauri::{AppHandle, State};

use super::Answer;
use crate::dialogs;

#[tauri::command]
#[specta::specta]
pub(crate) fn transfers(app: State<'_, App>) -> Transfers {
    app.transfers()
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_transfer(app: State<'_, App>, id: TransferId) -> Answer<()> {
    Ok(app.cancel_transfer(id).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn retry_transfer(app: State<'_, App>, id: TransferId) -> Answer<()> {
    Ok(app.retry_transfer(id).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn clear_finished(app: State<'_, App>) -> Answer<()> {
    Ok(app.clear_finished().await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_transfer(app: State<'_, App>, id: TransferId) -> Answer<()> {
    Ok(app.pause_transfer(id).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_transfer(app: State<'_, App>, id: TransferId) -> Answer<()> {
    Ok(app.resume_transfer(id).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_all_transfers(app: State<'_, App>) -> Answer<()> {
    Ok(app.pause_all_transfers().await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_all_transfers(app: State<'_, App>) -> Answer<()> {
    Ok(app.resume_all_transfers().await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_all_transfers(app: State<'_, App>) -> Answer<()> {
    Ok(app.cancel_all_transfers().await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn move_transfer(app: State<'_, App>, id: TransferId, to: MoveTo) -> Answer<()> {
    Ok(app.move_transfer(id, to).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn answer_target(
    app: State<'_, App>,
    id: TransferId,
    answer: TargetAnswer,
    for_all: bool,
) -> Answer<()> {
    Ok(app.answer_target(id, answer, for_all).await?)
}

/// Asks where the file of an upload is now, and takes it from there.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_again(handle: AppHandle, app: State<'_, App>, id: TransferId) -> Answer<()> {
    match dialogs::file_again(&handle).await {
        Some(path) => Ok(app.choose_again(id, path).await?),
        None => Ok(()),
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_transfer(app: State<'_, App>, id: TransferId) -> Answer<()> {
    Ok(app.remove_transfer(id).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) fn transfer_limits(app: State<'_, App>) -> TransferLimits {
    app.transfer_limits()
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_transfer_limits(app: State<'_, App>, limits: TransferLimits) -> Answer<()> {
    Ok(app.set_transfer_limits(limits).await?)
}
