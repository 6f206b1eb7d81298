//! The use cases without a library: for the command line.
#![expect(clippy::unused_async, reason = "the interface stands before what waits behind it")]

use std::sync::Arc;

use notespot_protocol::{ByteCount, Me, Node, NodeId, PublicLink};
use tokio_util::sync::CancellationToken;

use crate::{AppConfig, AppError, DownloadTo, FileDownload, FileUpload, Host};

/// The use cases without a library: each asks the server. Cheap to clone.
#[derive(Clone)]
pub struct Remote {
    _host: Arc<dyn Host>,
}

impl Remote {
    /// Takes up the session of the last run, or the token of the configuration. Asks no server yet.
    pub async fn start(config: AppConfig, host: Arc<dyn Host>) -> Result<Self, AppError> {
        let _ = (config, host);
        Err(AppError::Unfinished)
    }

    /// The server's address.
    #[must_use]
    pub fn server_url(&self) -> &str {
        AppConfig::DEFAULT_SERVER
    }

    /// Signs in through the browser, by a loopback redirect, and waits for it: at most ten minutes.
    /// A browser that cannot be opened is no error here: the host prints the address.
    pub async fn sign_in(&self) -> Result<Me, AppError> {
        Err(AppError::Unfinished)
    }

    /// Signs out: revokes at the identity provider where it can be reached, forgets in any case.
    /// False when nobody was signed in.
    pub async fn sign_out(&self) -> Result<bool, AppError> {
        Err(AppError::Unfinished)
    }

    /// Whether the session ends with the program, because the system has no usable keyring.
    #[must_use]
    pub fn ends_with_program(&self) -> bool {
        false
    }

    /// Who is signed in.
    pub async fn me(&self) -> Result<Me, AppError> {
        Err(AppError::Unfinished)
    }

    /// A living node by its id, or by its path from the top level: `Reports/2026/May.pdf`.
    pub async fn find(&self, path_or_id: &str) -> Result<Node, AppError> {
        let _ = path_or_id;
        Err(AppError::Unfinished)
    }

    /// The living children of a folder, folders first, by name.
    pub async fn list(&self, folder: Option<NodeId>) -> Result<Vec<Node>, AppError> {
        let _ = folder;
        Err(AppError::Unfinished)
    }

    /// Uploads one file; `progress` hears how many bytes have arrived. Returns when it is published.
    pub async fn upload_file(
        &self,
        file: &FileUpload,
        progress: impl Fn(ByteCount) + Send + Sync + 'static,
        cancel: &CancellationToken,
    ) -> Result<Node, AppError> {
        let _ = (file, progress, cancel);
        Err(AppError::Unfinished)
    }

    /// Downloads one file and verifies it; `progress` hears how many bytes have arrived.
    pub async fn download_file(
        &self,
        node: &Node,
        to: &DownloadTo,
        progress: impl Fn(ByteCount) + Send + Sync + 'static,
        cancel: &CancellationToken,
    ) -> Result<FileDownload, AppError> {
        let _ = (node, to, progress, cancel);
        Err(AppError::Unfinished)
    }

    /// The public link of a file, made if there is none.
    pub async fn public_link(&self, id: NodeId) -> Result<PublicLink, AppError> {
        let _ = id;
        Err(AppError::Unfinished)
    }

    /// Ends the public link of a file. `NotFound` when it has none.
    pub async fn end_public_link(&self, id: NodeId) -> Result<PublicLink, AppError> {
        let _ = id;
        Err(AppError::Unfinished)
    }

    /// Moves to the trash.
    pub async fn trash(&self, id: NodeId) -> Result<Node, AppError> {
        let _ = id;
        Err(AppError::Unfinished)
    }
}
