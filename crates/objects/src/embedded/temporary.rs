//! Files that are being written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rand::RngExt as _;

use super::layout::{Layout, sync_folder};

/// A file in `tmp` that is removed when it is dropped before it got its name.
pub(super) struct TemporaryFile {
    path: PathBuf,
    published: bool,
}

impl TemporaryFile {
    /// Makes an empty file.
    pub(super) fn make(layout: &Layout) -> io::Result<Self> {
        let path = layout.temporary().join(hex::encode(rand::rng().random::<[u8; 16]>()));
        fs::File::create_new(&path)?;
        Ok(Self { path, published: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file, which must have been synchronised, its name; it replaces what has it. The
    /// folder is to be synchronised afterwards with [`settle`].
    pub(super) fn publish(mut self, name: &Path) -> io::Result<()> {
        fs::rename(&self.path, name)?;
        self.published = true;
        Ok(())
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if !self.published
            && let Err(error) = fs::remove_file(&self.path)
        {
            // The next start sweeps it.
            tracing::warn!(%error, "a temporary file could not be removed");
        }
    }
}

/// Makes the folder that will hold `name`, durably.
pub(super) fn prepare(name: &Path) -> io::Result<()> {
    let Some(folder) = name.parent() else { return Ok(()) };
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    folder.parent().map_or(Ok(()), sync_folder)
}

/// Makes it durable that `name` is there, or is gone.
pub(super) fn settle(name: &Path) -> io::Result<()> {
    name.parent().map_or(Ok(()), sync_folder)
}
