//! What the web view may ask for. Each command is a few lines that call the application.

#![expect(
    clippy::needless_pass_by_value,
    reason = "what comes over the bridge is owned, and `State` is how tauri hands out the application"
)]

use notespot_app::Host as _;
use notespot_app::{App, AppError, SaveTo};
use notespot_protocol::window::{
    AppEvent, AppState, DropId, MoveTo, NodeDetails, OpenedView, TargetAnswer, TransferId, TransferLimits,
    Transfers, ViewId, ViewQuery, ViewRow,
};
use notespot_protocol::{Failure, Node, NodeId, PublicLink};
use tauri::{AppHandle, State};

use crate::early_notices::EarlyNotices;
use crate::host::Desktop;
use crate::{clipboard, dialogs};

type Answer<T> = Result<T, Failure>;

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
pub(crate) async fn rename(app: State<'_, App>, id: NodeId, name: String) -> Answer<Node> {
    Ok(app.rename(id, &name).await?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn describe(app: State<'_, App>, id: NodeId, text: String) -> Answer<Node> {
    Ok(app.describe(id, &text).await?)
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
pub(crate) async fn create_folder(app: State<'_, App>, parent: Option<NodeId>, name: String) -> Answer<Node> {
    Ok(app.create_folder(parent, &name).await?)
}

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

/// Puts on the clipboard what the window already shows: a checksum, an address.
#[tauri::command]
#[specta::specta]
pub(crate) fn copy_text(handle: AppHandle, text: String) -> Answer<()> {
    Ok(clipboard::copy(&handle, &text).map_err(AppError::Clipboard)?)
}
