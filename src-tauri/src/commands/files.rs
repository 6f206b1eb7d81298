//! Changing what is there, and moving bytes.

use notespot_app::{App, SaveTo};
use notespot_protocol::window::{ConflictChoice, Copied, DropId, EditConflict, Moved, ViewId, WasIn};
use notespot_protocol::{Node, NodeId};
use tauri::{AppHandle, State};

use super::Answer;
use crate::dialogs;

#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_and_upload(
    handle: AppHandle,
    app: State<'_, App>,
    folder: Option<NodeId>,
) -> Answer<()> {
    match dialogs::files_to_upload(&handle).await {
        Some(paths) => Ok(app.upload_files(paths, folder, false).await?),
        None => Ok(()),
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn upload_dropped(
    app: State<'_, App>,
    drop: DropId,
    folder: Option<NodeId>,
    with_link: bool,
) -> Answer<()> {
    Ok(app.upload_dropped(drop, folder, with_link).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn download(handle: AppHandle, app: State<'_, App>, ids: Vec<NodeId>) -> Answer<()> {
    let single = match ids.as_slice() {
        [id] => app.suggested_file_name(*id).await?,
        _ => None,
    };
    let chosen = match single {
        Some(name) => dialogs::where_to_save(&handle, name).await.map(SaveTo::File),
        None => dialogs::folder_to_save_in(&handle).await.map(SaveTo::Folder),
    };
    match chosen {
        Some(to) => Ok(app.download_files(ids, to).await?),
        None => Ok(()),
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn rename(app: State<'_, App>, id: NodeId, seen: String, name: String) -> Answer<Node> {
    Ok(app.rename(id, &seen, &name).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn describe(app: State<'_, App>, id: NodeId, seen: String, text: String) -> Answer<Node> {
    Ok(app.describe(id, &seen, &text).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn tag(
    app: State<'_, App>,
    id: NodeId,
    seen: Vec<String>,
    tags: Vec<String>,
) -> Answer<Node> {
    Ok(app.tag(id, seen, tags).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn trash(app: State<'_, App>, ids: Vec<NodeId>) -> Answer<()> {
    Ok(app.trash(ids).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn restore(app: State<'_, App>, ids: Vec<NodeId>) -> Answer<()> {
    Ok(app.restore(ids).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_for_ever(app: State<'_, App>, ids: Vec<NodeId>) -> Answer<()> {
    Ok(app.delete_for_ever(ids).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn empty_trash(app: State<'_, App>, seen: ViewId) -> Answer<()> {
    Ok(app.empty_trash(seen).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn create_folder(app: State<'_, App>, parent: Option<NodeId>, name: String) -> Answer<Node> {
    Ok(app.create_folder(parent, &name).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn move_to(app: State<'_, App>, ids: Vec<NodeId>, folder: Option<NodeId>) -> Answer<Moved> {
    Ok(app.move_to(ids, folder).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn move_back(app: State<'_, App>, moved: Vec<WasIn>) -> Answer<Moved> {
    Ok(app.move_back(moved).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_to(app: State<'_, App>, ids: Vec<NodeId>, folder: Option<NodeId>) -> Answer<Copied> {
    Ok(app.copy_to(ids, folder).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn make_copies(app: State<'_, App>, ids: Vec<NodeId>) -> Answer<Copied> {
    Ok(app.make_copies(ids).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn conflicts(app: State<'_, App>) -> Answer<Vec<EditConflict>> {
    Ok(app.conflicts().await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn resolve_conflict(app: State<'_, App>, id: u32, choice: ConflictChoice) -> Answer<()> {
    Ok(app.resolve(id, choice).await?)
}
