//! Uploads.

use std::path::PathBuf;

use notespot_protocol::{ClientRef, NodeId};

/// A file to be uploaded.
#[derive(Clone, Debug)]
pub struct FileUpload {
    /// Where it is.
    pub path: PathBuf,
    /// Where it goes; `None` for the top level.
    pub folder: Option<NodeId>,
    /// Sent again with each retry, so that no retry makes a second file.
    pub client_ref: ClientRef,
}

impl FileUpload {
    /// A file that is uploaded for the first time.
    #[must_use]
    pub fn new(path: PathBuf, folder: Option<NodeId>) -> Self {
        Self { path, folder, client_ref: ClientRef::generate() }
    }
}
