//! Lists, and what they hold.

use notespot_app::App;
use notespot_protocol::NodeId;
use notespot_protocol::window::{
    FolderChoices, FolderContents, NodeDetails, OpenedView, ViewId, ViewQuery, ViewRow,
};
use tauri::State;

use super::Answer;

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_view(app: State<'_, App>, query: ViewQuery) -> Answer<OpenedView> {
    Ok(app.open_view(query).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn view_rows(
    app: State<'_, App>,
    view: ViewId,
    offset: u32,
    limit: u32,
) -> Answer<Vec<ViewRow>> {
    Ok(app.view_rows(view, offset, limit).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn node_details(app: State<'_, App>, id: NodeId) -> Answer<NodeDetails> {
    Ok(app.node_details(id).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn weigh(app: State<'_, App>, ids: Vec<NodeId>) -> Answer<FolderContents> {
    Ok(app.weigh(ids).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn weigh_view(app: State<'_, App>, view: ViewId) -> Answer<FolderContents> {
    Ok(app.weigh_view(view).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_folder(
    app: State<'_, App>,
    inside: Option<NodeId>,
    text: String,
) -> Answer<FolderChoices> {
    Ok(app.choose_folder(inside, &text).await?)
}
