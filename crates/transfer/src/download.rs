//! From the object store to a disk.
//!
//! Bytes go to a hidden file beside the target, which takes its name only when all of them are
//! there, verified and on the disk: no reader ever sees half a file. A small file arrives whole in
//! memory first. A larger one arrives in ranges side by side, and its part file remembers which are
//! there: whatever ends a download, the next one of the same file goes on from it.

mod chunk;
mod fetch;
mod file_name;
mod folder_sync;
mod journal;
mod keeper;
mod large;
mod output;
mod part_file;
mod range_writer;
mod small;
mod stream;
mod target;
mod verify;

use std::path::PathBuf;

use notespot_protocol::{ByteCount, DownloadPlan, DownloadRequest, NodeId, NodeName};
use tokio_util::sync::CancellationToken;

pub use self::file_name::local_name;
pub(crate) use self::folder_sync::FolderSync;
use self::part_file::PartFile;
use self::target::{Target, There};
use crate::engine::SMALL_MAX_BYTES;
use crate::{DownloadControl, Engine, Progress, TransferError};

/// A file to be downloaded.
#[derive(Clone, Debug)]
pub struct FileToDownload {
    /// Which.
    pub node: NodeId,
    /// Where it goes.
    pub to: SaveTo,
    /// What to do when its name is taken there.
    pub existing: Existing,
}

/// Where a download goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveTo {
    /// Exactly this path.
    File(PathBuf),
    /// Into this folder, under the file's own name, mapped to one that this system can hold. Never
    /// outside of the folder.
    Folder(PathBuf),
}

/// What to do when there is something else of that name already. A file that holds the very same
/// content is none: it is what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave it alone, and fail.
    Fail,
    /// Leave it alone, and do without the download.
    Skip,
    /// Leave it alone, and take the next free number: `report (2).pdf`.
    KeepBoth,
    /// Replace it, in one step, when the download is complete. Folders are never replaced.
    Replace,
}

/// A file that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Where it is.
    pub path: PathBuf,
    /// Its length.
    pub size: ByteCount,
    /// How it came there.
    pub fate: Fate,
}

/// How a file that was asked for came to be where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was downloaded and verified.
    Downloaded,
    /// The same content was there already, byte for byte.
    WasThere,
    /// Something else of its name was there, and was left alone: [`Existing::Skip`].
    Skipped,
}

impl Engine {
    /// Downloads one file, and returns when it is verified, on the disk and under its name.
    ///
    /// Whatever ends it before leaves nothing under the target's name that was not there. Of a larger
    /// file, what has arrived stays in a hidden file `.notespot-….part` beside the target after an
    /// error that may pass, a dropped future, a crash or a power cut, and the same download goes on
    /// from it; cancelling removes it. A file that came from the server damaged leaves nothing.
    pub async fn download_file<C: DownloadControl>(
        &self,
        control: &C,
        file: &FileToDownload,
        progress: &Progress,
        cancel: &CancellationToken,
    ) -> Result<Saved, TransferError> {
        let planned = or_cancelled(cancel, self.plan_download(control, file)).await?;
        let (plan, target) = match planned {
            Planned::Fetch(plan, target) => (*plan, target),
            Planned::Settled(saved) => {
                progress.add_kept(saved.size.get());
                return Ok(saved);
            }
        };
        let size = plan.size;
        let path = if size.get() <= SMALL_MAX_BYTES as u64 {
            or_cancelled(cancel, small::download(self, control, plan, target, progress)).await?
        } else {
            large::download(self, control, plan, target, progress, cancel).await?
        };
        Ok(Saved { path, size, fate: Fate::Downloaded })
    }

    /// Removes what an earlier download of this file has left beside its target, so that nothing goes
    /// on from it. A download that is under way keeps it. `name` is the file's own.
    pub async fn forget_download(&self, file: &FileToDownload, name: &NodeName) -> Result<(), TransferError> {
        let target = Target::of(&file.to, name, file.existing);
        let node = file.node;
        target::blocking(move || PartFile::remove(&target, node)).await
    }

    async fn plan_download<C: DownloadControl>(
        &self,
        control: &C,
        file: &FileToDownload,
    ) -> Result<Planned, TransferError> {
        let plan = control.plan(DownloadRequest { node: file.node, version: None }).await?;
        let mut target = Target::of(&file.to, &plan.name, file.existing);
        let settled = |target: Target, fate| {
            Planned::Settled(Saved { path: target.into_path(), size: plan.size, fate })
        };
        Ok(match target.look(self, &plan).await? {
            There::Nothing => Planned::Fetch(Box::new(plan), target),
            There::Same => settled(target, Fate::WasThere),
            There::Other => match file.existing {
                Existing::Fail => return Err(target.taken()),
                Existing::Skip => settled(target, Fate::Skipped),
                Existing::KeepBoth | Existing::Replace => Planned::Fetch(Box::new(plan), target),
            },
            There::Folder => match file.existing {
                Existing::Fail | Existing::Replace => return Err(target.taken()),
                Existing::Skip => settled(target, Fate::Skipped),
                Existing::KeepBoth => Planned::Fetch(Box::new(plan), target),
            },
        })
    }
}

enum Planned {
    Fetch(Box<DownloadPlan>, Target),
    Settled(Saved),
}

async fn or_cancelled<T>(
    cancel: &CancellationToken,
    work: impl Future<Output = Result<T, TransferError>>,
) -> Result<T, TransferError> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(TransferError::Cancelled),
        done = work => done,
    }
}
