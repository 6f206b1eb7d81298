//! Downloads.

use std::path::PathBuf;

use notespot_protocol::ByteCount;

/// Where downloads go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DownloadTo {
    /// Exactly this file, as chosen in a save dialog that asked before it replaces one. Only for a
    /// single file.
    File(PathBuf),
    /// Into this folder, under their names, numbered where a file is there already.
    Folder(PathBuf),
}

/// A file that was downloaded and verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDownload {
    /// Where it is.
    pub path: PathBuf,
    /// Its length.
    pub size: ByteCount,
}
