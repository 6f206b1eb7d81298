//! Public links, and the public files of everybody.

use notespot_app::App;
use notespot_protocol::window::PublicFiles;
use notespot_protocol::{Cursor, NodeId, PublicLink, Slug};
use tauri::State;

use super::Answer;

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_public_link(app: State<'_, App>, id: NodeId) -> Answer<()> {
    Ok(app.open_public_link(id).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_public_link(app: State<'_, App>, id: NodeId) -> Answer<PublicLink> {
    Ok(app.copy_public_link(id).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn end_public_link(app: State<'_, App>, id: NodeId) -> Answer<()> {
    Ok(app.end_public_link(id).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn list_publicly(app: State<'_, App>, id: NodeId, listed: bool) -> Answer<PublicLink> {
    Ok(app.list_publicly(id, listed).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn public_files(
    app: State<'_, App>,
    search: String,
    after: Option<Cursor>,
) -> Answer<PublicFiles> {
    Ok(app.public_files(&search, after).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_public_file(app: State<'_, App>, slug: Slug) -> Answer<()> {
    Ok(app.open_public_file(&slug).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_public_file(app: State<'_, App>, slug: Slug) -> Answer<()> {
    Ok(app.copy_public_file(&slug).await?)
}
