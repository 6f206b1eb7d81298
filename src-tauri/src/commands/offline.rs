//! What is kept available offline, and opening files.

use notespot_app::App;
use notespot_protocol::window::{OfflineUsage, OpenedFile};
use notespot_protocol::{ByteCount, NodeId};
use tauri::State;

use super::Answer;

#[tauri::command]
#[specta::specta]
pub(crate) async fn keep_offline(app: State<'_, App>, ids: Vec<NodeId>, wanted: bool) -> Answer<()> {
    Ok(app.keep_offline(ids, wanted).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn keep_nothing_offline(app: State<'_, App>) -> Answer<()> {
    Ok(app.keep_nothing_offline().await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) fn offline_usage(app: State<'_, App>) -> OfflineUsage {
    app.offline_usage()
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_offline_budget(app: State<'_, App>, budget: ByteCount) -> Answer<()> {
    Ok(app.set_offline_budget(budget).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_file(app: State<'_, App>, id: NodeId) -> Answer<OpenedFile> {
    Ok(app.open_file(id).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_opening(app: State<'_, App>, id: NodeId) -> Answer<()> {
    Ok(app.cancel_opening(id).await?)
}
