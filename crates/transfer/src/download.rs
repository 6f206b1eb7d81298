//! From the object store to a disk.
//!
//! Bytes go to a hidden file beside the target, which takes its name only when all of them are
//! there, verified and on the disk: no reader ever sees half a file.

mod fetch;
mod file_name;
mod part_file;
mod writer;

use std::path::PathBuf;

use notespot_protocol::{ByteCount, DownloadRequest, NodeId};
use tokio_util::sync::CancellationToken;

use self::part_file::PartFile;
use crate::{DownloadControl, Engine, Progress, TransferError};

/// Where a download goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveTo {
    /// Exactly this path.
    File(PathBuf),
    /// Into this folder, under the file's own name, mapped to one that this system can hold. Never
    /// outside of the folder.
    Folder(PathBuf),
}

/// What to do when there is something of that name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave it alone, and fail.
    Fail,
    /// Leave it alone, and take the next free number: `report (2).pdf`.
    KeepBoth,
    /// Replace it, in one step, when the download is complete. Folders are never replaced.
    Replace,
}

/// A file that was downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Where it is.
    pub path: PathBuf,
    /// Its length.
    pub size: ByteCount,
}

impl Engine {
    /// Downloads one file, and returns when it is verified, on the disk and under its name.
    ///
    /// Whatever ends it before, cancelling and dropping too, leaves nothing under the target's name
    /// that was not there. A power cut may leave the hidden file `.notespot-….part`.
    pub async fn download_file<C: DownloadControl>(
        &self,
        control: &C,
        node: NodeId,
        to: &SaveTo,
        existing: Existing,
        progress: &Progress,
        cancel: &CancellationToken,
    ) -> Result<Saved, TransferError> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(TransferError::Cancelled),
            saved = self.download(control, node, to, existing, progress) => saved,
        }
    }

    async fn download<C: DownloadControl>(
        &self,
        control: &C,
        node: NodeId,
        to: &SaveTo,
        existing: Existing,
        progress: &Progress,
    ) -> Result<Saved, TransferError> {
        let plan = control.plan(DownloadRequest { node, version: None }).await?;
        let (size, sha256, name) = (plan.size, plan.sha256, plan.name.clone());
        let part_file = PartFile::create(to, &name, existing).await?;
        let arrived = fetch::all(self, control, plan, part_file.writer()?, progress).await?;
        if arrived.size != size.get() || arrived.sha256 != sha256 {
            return Err(TransferError::ChecksumMismatch { name: name.to_string() });
        }
        let path = part_file.take_its_name().await?;
        Ok(Saved { path, size })
    }
}
