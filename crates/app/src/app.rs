//! What the desktop window shows and does.
#![expect(clippy::unused_async, reason = "the interface stands before what waits behind it")]

use std::path::PathBuf;
use std::sync::Arc;

use notespot_protocol::window::{
    AppState, DropId, NodeDetails, OpenedView, TransferId, Transfers, ViewId, ViewQuery, ViewRow,
};
use notespot_protocol::{Node, NodeId, PublicLink};

use crate::{AppConfig, AppError, DownloadTo, Host};

/// The application behind a window. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub struct App {
    _host: Arc<dyn Host>,
}

impl App {
    /// Starts: opens the library, takes up the last session and begins to sync, all in the
    /// background of a tokio runtime. Does not wait for the server.
    pub async fn start(config: AppConfig, host: Arc<dyn Host>) -> Result<Self, AppError> {
        drop(config);
        drop(host);
        Err(AppError::Unfinished)
    }

    /// Server, session, sync and counts as they stand.
    #[must_use]
    pub fn state(&self) -> AppState {
        std::process::abort()
    }

    /// Ends transfers and sync in order, and closes the library. Bound: 5 seconds.
    pub async fn shut_down(&self) {}

    /// Begins to sign in and sends the browser to the identity provider. Returns when the browser
    /// has been sent; what comes of it is told by `StateChanged`. With
    /// [`Redirect::DeepLink`](crate::Redirect) the host hands over the answer by
    /// [`finish_sign_in`](Self::finish_sign_in). When the browser cannot be opened, the sign-in
    /// stays under way, so that the person can open the address of `SigningIn` by hand.
    pub async fn sign_in(&self) -> Result<(), AppError> {
        Err(AppError::Unfinished)
    }

    /// Takes a deep link. A link that belongs to no sign-in under way changes nothing, and is told
    /// by the notice `SignInLinkIgnored`.
    pub async fn finish_sign_in(&self, url: &str) -> Result<(), AppError> {
        let _ = url;
        Err(AppError::Unfinished)
    }

    /// Gives up the sign-in under way; without one, changes nothing.
    pub async fn cancel_sign_in(&self) -> Result<(), AppError> {
        Err(AppError::Unfinished)
    }

    /// Signs out: revokes at the identity provider where it can be reached, forgets in any case.
    pub async fn sign_out(&self) -> Result<(), AppError> {
        Err(AppError::Unfinished)
    }

    /// Goes over to another server, and remembers it. The session there is taken up, if there is one.
    pub async fn use_server(&self, url: &str) -> Result<(), AppError> {
        let _ = url;
        Err(AppError::Unfinished)
    }

    /// Asks the server at once whether it is there, and syncs.
    pub async fn check_server(&self) -> Result<(), AppError> {
        Err(AppError::Unfinished)
    }

    /// Opens a list. At most 16 are open: the oldest is closed for the next.
    pub async fn open_view(&self, query: ViewQuery) -> Result<OpenedView, AppError> {
        drop(query);
        Err(AppError::Unfinished)
    }

    /// Rows of a list, at most 500. Rows that are gone since the list was opened are left out.
    pub async fn view_rows(&self, view: ViewId, offset: u32, limit: u32) -> Result<Vec<ViewRow>, AppError> {
        let _ = (view, offset, limit);
        Err(AppError::Unfinished)
    }

    /// What the inspector shows.
    pub async fn node_details(&self, id: NodeId) -> Result<NodeDetails, AppError> {
        let _ = id;
        Err(AppError::Unfinished)
    }

    /// Remembers what was dropped on the window, until the next drop, and tells the window by
    /// `FilesDropped`.
    pub fn files_dropped(&self, paths: Vec<PathBuf>, with_link: bool) {
        let _ = (paths, with_link);
    }

    /// Uploads what was dropped.
    pub async fn upload_dropped(
        &self,
        drop: DropId,
        folder: Option<NodeId>,
        with_link: bool,
    ) -> Result<(), AppError> {
        let _ = (drop, folder, with_link);
        Err(AppError::Unfinished)
    }

    /// Puts files into the transfers panel to be uploaded. What cannot be uploaded (a folder, a file
    /// that is not there) stands there as failed.
    pub async fn upload_files(
        &self,
        paths: Vec<PathBuf>,
        folder: Option<NodeId>,
        with_link: bool,
    ) -> Result<(), AppError> {
        let _ = (paths, folder, with_link);
        Err(AppError::Unfinished)
    }

    /// The name that a save dialog should propose for a file.
    pub async fn suggested_file_name(&self, id: NodeId) -> Result<String, AppError> {
        let _ = id;
        Err(AppError::Unfinished)
    }

    /// Puts files into the transfers panel to be downloaded.
    pub async fn download_files(&self, ids: Vec<NodeId>, to: DownloadTo) -> Result<(), AppError> {
        let _ = (ids, to);
        Err(AppError::Unfinished)
    }

    /// Makes the public link of a file, or takes the one it has, and puts it on the clipboard;
    /// told by the notice `LinkCopied`.
    pub async fn copy_public_link(&self, id: NodeId) -> Result<PublicLink, AppError> {
        let _ = id;
        Err(AppError::Unfinished)
    }

    /// Opens a file's public page in the browser. `NotFound` when it has no link.
    pub async fn open_public_link(&self, id: NodeId) -> Result<(), AppError> {
        let _ = id;
        Err(AppError::Unfinished)
    }

    /// Ends a file's public link at once and for ever.
    pub async fn end_public_link(&self, id: NodeId) -> Result<(), AppError> {
        let _ = id;
        Err(AppError::Unfinished)
    }

    /// Renames. A name that is taken is refused with `name_taken`.
    pub async fn rename(&self, id: NodeId, name: &str) -> Result<Node, AppError> {
        let _ = (id, name);
        Err(AppError::Unfinished)
    }

    /// Writes a description.
    pub async fn describe(&self, id: NodeId, text: &str) -> Result<Node, AppError> {
        let _ = (id, text);
        Err(AppError::Unfinished)
    }

    /// Moves to the trash.
    pub async fn trash(&self, ids: Vec<NodeId>) -> Result<(), AppError> {
        let _ = ids;
        Err(AppError::Unfinished)
    }

    /// Moves out of the trash.
    pub async fn restore(&self, ids: Vec<NodeId>) -> Result<(), AppError> {
        let _ = ids;
        Err(AppError::Unfinished)
    }

    /// Makes a folder; numbered where the name is taken.
    pub async fn create_folder(&self, parent: Option<NodeId>, name: &str) -> Result<Node, AppError> {
        let _ = (parent, name);
        Err(AppError::Unfinished)
    }

    /// The transfers panel as it stands.
    #[must_use]
    pub fn transfers(&self) -> Transfers {
        Transfers::default()
    }

    /// Cancels a transfer that waits or runs.
    pub async fn cancel_transfer(&self, id: TransferId) -> Result<(), AppError> {
        let _ = id;
        Err(AppError::Unfinished)
    }

    /// Tries again a transfer that failed or was cancelled.
    pub async fn retry_transfer(&self, id: TransferId) -> Result<(), AppError> {
        let _ = id;
        Err(AppError::Unfinished)
    }

    /// Takes everything that is done, failed or cancelled out of the panel.
    pub async fn clear_finished(&self) -> Result<(), AppError> {
        Err(AppError::Unfinished)
    }
}
