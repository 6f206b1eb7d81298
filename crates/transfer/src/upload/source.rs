//! One version of a file that is being uploaded.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use notespot_protocol::Timestamp;

use crate::TransferError;

/// An open file, and what it looked like when it was opened. Cheap to clone.
///
/// The handle stays with the file that was opened: one that is renamed, replaced or deleted
/// meanwhile still goes up as it was.
#[derive(Clone, Debug)]
pub(super) struct Source(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    file: File,
    name: String,
    looks: Looks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Looks {
    size: u64,
    modified: Option<SystemTime>,
}

impl Looks {
    fn of(metadata: &std::fs::Metadata) -> Self {
        Self { size: metadata.len(), modified: metadata.modified().ok() }
    }
}

impl Source {
    /// Opens a regular file, following links.
    pub(super) async fn open(path: &Path) -> Result<Self, TransferError> {
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || Self::open_blocking(&path))
            .await
            .map_err(|_| TransferError::Closing)?
    }

    fn open_blocking(path: &Path) -> Result<Self, TransferError> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let trouble = |error| TransferError::reading(&name, error);
        // Asked before it is opened: opening a pipe would wait for its other end.
        let metadata = std::fs::metadata(path).map_err(trouble)?;
        if metadata.is_dir() {
            return Err(TransferError::IsFolder { name });
        }
        if !metadata.is_file() {
            return Err(TransferError::NotAFile { name });
        }
        let file = File::open(path).map_err(trouble)?;
        let looks = Looks::of(&file.metadata().map_err(trouble)?);
        Ok(Self(Arc::new(Opened { file, name, looks })))
    }

    pub(super) fn size(&self) -> u64 {
        self.0.looks.size
    }

    pub(super) fn modified_at(&self) -> Option<Timestamp> {
        self.0.looks.modified.map(Timestamp::from)
    }

    pub(super) fn changed(&self) -> TransferError {
        TransferError::FileChanged { name: self.0.name.clone() }
    }

    /// Fails when the file no longer looks as it did when it was opened. Blocks.
    pub(super) fn check_unchanged(&self) -> Result<(), TransferError> {
        let now = self.0.file.metadata().map_err(|error| TransferError::reading(&self.0.name, error))?;
        if Looks::of(&now) == self.0.looks { Ok(()) } else { Err(self.changed()) }
    }

    /// Fills the buffer from this offset; `FileChanged` when the file ends before. Blocks.
    pub(super) fn read_exactly(&self, buffer: &mut [u8], offset: u64) -> Result<(), TransferError> {
        read_exactly_at(&self.0.file, buffer, offset).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.changed(),
            _ => TransferError::reading(&self.0.name, error),
        })
    }
}

#[cfg(unix)]
fn read_exactly_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exactly_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, buffer, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        offset += read as u64;
        buffer = &mut buffer[read..];
    }
    Ok(())
}
