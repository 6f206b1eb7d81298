//! One version of a file that is being uploaded.
//!
//! A small file is read whole, once, when it is opened; a larger one is read as it is sent.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use notespot_protocol::{ChecksumAlgorithm, Timestamp};

use super::hashing::Hashed;
use crate::engine::SMALL_MAX_BYTES;
use crate::memory::Reserved;
use crate::positioned::{read_cached_at, read_exactly_at};
use crate::{Engine, TransferError};

/// An open file, and what it looked like when it was opened. Cheap to clone.
///
/// The handle stays with the file that was opened: one that is renamed, replaced or deleted
/// meanwhile still goes up as it was.
#[derive(Clone, Debug)]
pub(super) struct Source(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    name: String,
    looks: Looks,
    content: Content,
}

#[derive(Debug)]
enum Content {
    OnDisk(File),
    InMemory { bytes: Bytes, hashed: Hashed, _reserved: Reserved },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Looks {
    size: u64,
    modified: Option<SystemTime>,
}

/// When anything about a file was last changed, its content or its name: unlike the time of its content,
/// nobody can set it back. `None` where the system does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Touched(Option<(i64, i64)>);

impl Touched {
    #[cfg(unix)]
    fn of(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self(Some((metadata.ctime(), metadata.ctime_nsec())))
    }

    #[cfg(not(unix))]
    fn of(_: &std::fs::Metadata) -> Self {
        Self(None)
    }
}

impl Looks {
    fn of(metadata: &std::fs::Metadata) -> Self {
        Self { size: metadata.len(), modified: metadata.modified().ok() }
    }
}

impl Source {
    /// Opens a regular file, following links. Waits for memory where the file is small.
    pub(super) async fn open(engine: &Engine, path: &Path) -> Result<Self, TransferError> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        // Asked before it is opened: opening a pipe would wait for its other end.
        let metadata =
            tokio::fs::metadata(path).await.map_err(|error| TransferError::reading(&name, error))?;
        if metadata.is_dir() {
            return Err(TransferError::IsFolder { name });
        }
        if !metadata.is_file() {
            return Err(TransferError::NotAFile { name });
        }
        let memory = match metadata.len() {
            small if small <= SMALL_MAX_BYTES as u64 => Some(engine.reserve_small(small).await?),
            _ => None,
        };
        let (path, checksum) = (path.to_owned(), engine.expected.get());
        // Few at once: more threads would not make a disk faster.
        let _turn = engine.small_reads.acquire().await.map_err(|_| TransferError::Closing)?;
        tokio::task::spawn_blocking(move || {
            Self::open_blocking(&path, name, metadata.len(), memory, checksum)
        })
        .await
        .map_err(|_| TransferError::Closing)?
    }

    fn open_blocking(
        path: &Path,
        name: String,
        expected: u64,
        memory: Option<Reserved>,
        checksum: ChecksumAlgorithm,
    ) -> Result<Self, TransferError> {
        let trouble = |error| TransferError::reading(&name, error);
        let file = File::open(path).map_err(trouble)?;
        let before = file.metadata().map_err(trouble)?;
        let looks = Looks::of(&before);
        let Some(reserved) = memory else {
            return Ok(Self(Arc::new(Opened { name, looks, content: Content::OnDisk(file) })));
        };
        if looks.size != expected {
            return Err(TransferError::FileChanged { name });
        }
        let mut bytes = vec![0; usize::try_from(looks.size).unwrap_or(SMALL_MAX_BYTES)];
        let whole = read_exactly_at(&file, &mut bytes, 0);
        let after = file.metadata().map_err(trouble)?;
        let unchanged = Looks::of(&after) == looks && Touched::of(&after) == Touched::of(&before);
        match whole {
            Ok(()) if unchanged && ends_at(&file, looks.size).map_err(trouble)? => {}
            Ok(()) if unchanged => return Err(TransferError::LengthUntrue { name }),
            Err(error) if unchanged && error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(TransferError::LengthUntrue { name });
            }
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(trouble(error)),
            _ => return Err(TransferError::FileChanged { name }),
        }
        let hashed = Hashed::of(&bytes, checksum);
        let content = Content::InMemory { bytes: bytes.into(), hashed, _reserved: reserved };
        Ok(Self(Arc::new(Opened { name, looks, content })))
    }

    /// The whole content and its checksums, where the file is small.
    pub(super) fn in_memory(&self) -> Option<(&Bytes, &Hashed)> {
        match &self.0.content {
            Content::InMemory { bytes, hashed, .. } => Some((bytes, hashed)),
            Content::OnDisk(_) => None,
        }
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
        let Content::OnDisk(file) = &self.0.content else { return Ok(()) };
        let now = file.metadata().map_err(|error| TransferError::reading(&self.0.name, error))?;
        if Looks::of(&now) == self.0.looks { Ok(()) } else { Err(self.changed()) }
    }

    /// When it was last touched. Blocks.
    pub(super) fn touched(&self) -> Result<Touched, TransferError> {
        let Content::OnDisk(file) = &self.0.content else { return Ok(Touched(None)) };
        let now = file.metadata().map_err(|error| TransferError::reading(&self.0.name, error))?;
        Ok(Touched::of(&now))
    }

    /// Reads what needs no waiting, and says how much of the buffer that filled.
    pub(super) fn read_cached(&self, buffer: &mut [u8], offset: u64) -> usize {
        match &self.0.content {
            Content::OnDisk(file) => read_cached_at(file, buffer, offset),
            Content::InMemory { .. } => 0,
        }
    }

    /// Fills the buffer from this offset; `FileChanged` when the file ends before. Blocks.
    pub(super) fn read_exactly(&self, buffer: &mut [u8], offset: u64) -> Result<(), TransferError> {
        let read = match &self.0.content {
            Content::OnDisk(file) => read_exactly_at(file, buffer, offset),
            Content::InMemory { bytes, .. } => copy_exactly(bytes, buffer, offset),
        };
        read.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.changed(),
            _ => TransferError::reading(&self.0.name, error),
        })
    }
}

/// Whether there is nothing behind this offset.
fn ends_at(file: &File, offset: u64) -> io::Result<bool> {
    match read_exactly_at(file, &mut [0], offset) {
        Ok(()) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(true),
        Err(error) => Err(error),
    }
}

fn copy_exactly(bytes: &[u8], buffer: &mut [u8], offset: u64) -> io::Result<()> {
    let from = usize::try_from(offset).unwrap_or(usize::MAX);
    let wanted = from.checked_add(buffer.len()).and_then(|to| bytes.get(from..to));
    buffer.copy_from_slice(wanted.ok_or(io::ErrorKind::UnexpectedEof)?);
    Ok(())
}
