//! Uploads.

use std::path::{Path, PathBuf};

use notespot_protocol::{
    ByteCount, ClientRef, NewUpload, Node, NodeId, NodeName, NodesQuery, OnConflict, UploadState,
};
use notespot_transfer::{FileToUpload, Progress, UploadControl as _, Uploaded};
use tokio_util::sync::CancellationToken;

use crate::library::journal::{KeptPath, Request};
use crate::{App, AppError, Remote};

/// A file to be uploaded.
#[derive(Clone, Debug)]
pub struct FileUpload {
    /// Where it is.
    pub path: PathBuf,
    /// Where it goes; `None` for the top level.
    pub folder: Option<NodeId>,
    /// What it will be called; `None` for the name that it has.
    pub name: Option<NodeName>,
    /// What to do when its name is taken there.
    pub on_conflict: OnConflict,
    /// Sent again with each retry, so that no retry makes a second file.
    pub client_ref: ClientRef,
}

impl FileUpload {
    /// A file that is uploaded for the first time, and numbered when its name is taken.
    #[must_use]
    pub fn new(path: PathBuf, folder: Option<NodeId>) -> Self {
        let on_conflict = OnConflict::KeepBoth;
        Self { path, folder, name: None, on_conflict, client_ref: ClientRef::generate() }
    }

    fn node_name(&self) -> Result<NodeName, AppError> {
        match &self.name {
            Some(name) => Ok(name.clone()),
            None => Ok(NodeName::new(shown_name(&self.path))?),
        }
    }
}

impl Remote {
    /// Uploads one file; `progress` hears how many bytes are on their way. Returns when it is
    /// published. Nothing is sent of content that the server has of the same account.
    ///
    /// Cancelling tells the server, unless it is away at that moment.
    pub async fn upload_file(
        &self,
        file: &FileUpload,
        progress: impl Fn(ByteCount) + Send + Sync + 'static,
        cancel: &CancellationToken,
    ) -> Result<Uploaded, AppError> {
        let file = FileToUpload {
            path: file.path.clone(),
            parent: file.folder,
            name: file.node_name()?,
            on_conflict: file.on_conflict,
            content_type: None,
            client_ref: file.client_ref,
        };
        let upload = |progress: Progress| {
            let file = &file;
            async move { self.engine.upload_file(&*self.control, file, &progress, cancel).await }
        };
        self.patience.outlast_moving(cancel, progress, upload).await
    }

    /// Tells the server that an upload is given up that is not under way: what has arrived goes. One
    /// that was published stays.
    pub(crate) async fn give_up_upload(&self, file: &FileUpload, size: ByteCount) -> Result<(), AppError> {
        let plan = NewUpload {
            client_ref: file.client_ref,
            parent: file.folder,
            name: file.node_name()?,
            on_conflict: file.on_conflict,
            size,
            content_type: None,
            modified_at: None,
            parts: Vec::new(),
            sha256: None,
        };
        let plan = self.control.plan(plan).await.map_err(notespot_transfer::TransferError::from)?;
        if plan.state == UploadState::Open {
            self.api.abort_upload(plan.id).await?;
        }
        Ok(())
    }
}

impl Remote {
    /// What has the name that this file would have; for an upload that was refused because of it.
    pub async fn in_place_of(&self, file: &FileUpload, cancel: &CancellationToken) -> Result<Node, AppError> {
        let name = file.node_name()?;
        let given = name.to_string();
        let query =
            NodesQuery { parent: file.folder, name: Some(name), limit: Some(1), ..NodesQuery::default() };
        let found = self.patience.outlast(cancel, || self.api.nodes(&query)).await?;
        found.items.into_iter().next().ok_or(AppError::NoSuchPath { given })
    }
}

impl App {
    /// Puts files, and everything in folders, into the transfers panel to be uploaded. What cannot be
    /// uploaded stands there as failed, and is in nobody's way.
    ///
    /// What is asked for is on the disk before anything else is done with it. Returns when everything was
    /// found; what was found first may be there already.
    pub async fn upload_files(
        &self,
        paths: Vec<PathBuf>,
        folder: Option<NodeId>,
        with_link: bool,
    ) -> Result<(), AppError> {
        let paths = paths.iter().map(|path| KeptPath::of(path)).collect();
        self.request(Request::Upload { seed: rand::random(), folder, with_link, paths }).await
    }
}

/// A file's name as people see it: bytes that are no UTF-8 are shown as replacement characters, and
/// uploaded under that name.
pub(crate) fn shown_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
