//! Files that arrive in ranges, side by side.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use notespot_protocol::{DownloadPlan, Sha256, VersionId};
use tokio_util::sync::CancellationToken;

use super::chunk::Chunk;
use super::fetch::{Doubt, Lane, Remote};
use super::journal::{Blocks, Marks};
use super::keeper::Keeper;
use super::output::Output;
use super::part_file::{PartFile, ReadBack};
use super::range_writer::{Listener, RangeWriter};
use super::target::{Target, blocking};
use super::verify::{Verifier, Written};
use crate::memory::Reserved;
use crate::positioned::{read_exactly_at, write_all_at};
use crate::{DownloadControl, Engine, Progress, TransferError};

/// What one request asks for, where blocks are no larger: enough to be worth a round trip, and few enough
/// that what comes before its turn is kept in memory until it is hashed.
const RANGE_BYTES: u64 = 4 * 1024 * 1024;

/// Fetches what the part file lacks, verifies the whole, and gives it its name.
pub(super) async fn download<C: DownloadControl>(
    engine: &Engine,
    control: &C,
    plan: DownloadPlan,
    target: Target,
    progress: &Progress,
    cancel: &CancellationToken,
) -> Result<PathBuf, TransferError> {
    let remote = Remote::new(engine, control, plan, progress, Lane::Large);
    let mut download = Download::open(engine, &remote, &target, progress).await?;
    let (own, plan) = (target.clone(), remote.plan.clone());
    if blocking(move || Ok(own.holds(&plan))).await? {
        download.part.set_disposable();
        progress.complete(remote.plan.size);
        return Ok(target.into_path());
    }
    let done = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(TransferError::Cancelled),
        done = download.complete() => done,
    };
    if done.as_ref().err().is_some_and(is_for_good) {
        download.part.set_disposable();
    }
    done?;
    let Download { part, marks, .. } = download;
    let (size, modified_at) = (marks.blocks().size, remote.plan.modified_at);
    let read_back =
        engine.settings.read_back.then(|| ReadBack { sha256: remote.plan.sha256, cancel: cancel.clone() });
    let folder = target.folder().to_owned();
    let (naming, to) = (target.clone(), target);
    let path = blocking(move || {
        let mut part = part;
        part.set_disposable();
        part.file().set_len(size).map_err(|error| to.trouble(error))?;
        part.take_its_name(&to, modified_at, read_back.as_ref())
    })
    .await?;
    engine.folders.sync(&folder).await.map_err(|error| naming.trouble(error))?;
    Ok(path)
}

/// Whether what has arrived is of no use to a later download. All else may pass: a hotel's sign-in page, a
/// disk that was pulled out, an administrator who mends the bucket's rights.
fn is_for_good(error: &TransferError) -> bool {
    matches!(
        error,
        TransferError::Cancelled
            | TransferError::ChecksumMismatch { .. }
            | TransferError::StoreRefused { status: 404 | 410, .. }
    )
}

struct Download<'a, C> {
    engine: &'a Engine,
    remote: &'a Remote<'a, C>,
    target: &'a Target,
    progress: &'a Progress,
    part: PartFile,
    file: Arc<File>,
    /// Takes the content: the same file.
    output: Arc<Output>,
    /// What an earlier download has left.
    marks: Marks,
}

impl<'a, C: DownloadControl> Download<'a, C> {
    async fn open(
        engine: &'a Engine,
        remote: &'a Remote<'a, C>,
        target: &'a Target,
        progress: &'a Progress,
    ) -> Result<Self, TransferError> {
        let (node, version) = (remote.plan.node, remote.plan.version);
        let blocks = Blocks::of(remote.plan.size.get());
        let own = target.clone();
        let (part, file, output, marks) = blocking(move || {
            let mut part = PartFile::open(&own, node)?;
            let trouble = |error| own.trouble(error);
            let file = Arc::new(part.file().try_clone().map_err(trouble)?);
            let found = found(&file, version, blocks).map_err(trouble)?;
            let marks = if let Some(marks) = found {
                marks
            } else {
                part.set_disposable();
                prepare(&file, version, blocks).map_err(trouble)?
            };
            part.keep();
            let output = Arc::new(Output::of(file.clone()));
            Ok((part, file, output, marks))
        })
        .await?;
        Ok(Self { engine, remote, target, progress, part, file, output, marks })
    }

    /// Returns when all of the content is in the part file, and verified.
    async fn complete(&mut self) -> Result<(), TransferError> {
        // What an earlier run has left may have been damaged on the disk since: that says nothing of what
        // comes from the store.
        let mut goes_on = !self.marks.is_empty();
        let mut doubt = Doubt::default();
        loop {
            let came = self.fetch_and_hash().await?;
            if came == self.remote.plan.sha256 {
                return Ok(());
            }
            if !goes_on {
                doubt.try_again(self.remote, came).await?;
            }
            tracing::warn!(node = %self.remote.plan.node, "a file came damaged: its download begins anew");
            self.begin_anew().await?;
            goes_on = false;
        }
    }

    async fn begin_anew(&mut self) -> Result<(), TransferError> {
        self.progress.start_over();
        let (file, version, blocks) = (self.file.clone(), self.remote.plan.version, self.marks.blocks());
        let prepared = blocking_io(move || prepare(&file, version, blocks)).await;
        self.marks = prepared.map_err(|error| self.target.trouble(error))?;
        Ok(())
    }

    /// The checksum of what is in the part file when all of it is there.
    async fn fetch_and_hash(&self) -> Result<Sha256, TransferError> {
        let trouble = |error| self.target.trouble(error);
        let blocks = self.marks.blocks();
        let version = self.remote.plan.version;
        self.progress.add_kept(self.marks.bytes());
        let (keeper, keep) = Keeper::start(self.file.clone(), version, blocks, self.marks.clone());
        let (verifier, verify) = Verifier::start(self.engine.clone(), self.file.clone(), self.marks.clone());
        let missing = self.marks.missing(RANGE_BYTES);
        let tell = Tell { keep, verify };
        let ranges = stream::iter(missing).map(|range| self.fetch_range(range, tell.clone()));
        let fetched = ranges
            .buffer_unordered(self.engine.settings.parts_in_flight.max(1))
            .try_for_each(|()| std::future::ready(Ok(())))
            .await;
        drop(tell);
        if let Err(error) = fetched {
            // Nobody waits for it any more.
            drop(verifier);
            keeper.finish().await.map_err(trouble)?;
            return Err(error);
        }
        keeper.finish().await.map_err(trouble)?;
        let sha256 = verifier.finish().await.map_err(trouble)?;
        sha256.ok_or_else(|| trouble(io::Error::other("a block is missing that was fetched")))
    }

    async fn fetch_range(&self, range: std::ops::Range<u64>, tell: Tell) -> Result<(), TransferError> {
        // Kept from try to try: of several ranges of one file, the first never waits for what later ones
        // hold until it has come. A range that has none yet has no thread either.
        let _memory = self.engine.reserve_stream().await?;
        let mut writer = RangeWriter::start(self.output.clone(), self.marks.blocks(), range.start, tell);
        let fetched = self.remote.fetch(range, &mut writer).await;
        // What has arrived is kept, whatever ended it.
        writer.finish().await.map_err(|error| self.target.trouble(error))?;
        fetched
    }
}

/// Both threads hear of each block.
#[derive(Clone)]
struct Tell {
    keep: Sender<u32>,
    verify: Written,
}

impl Listener for Tell {
    fn keep(&self, at: u64) -> Option<Reserved> {
        self.verify.keep(at)
    }

    fn written(&self, at: u64, chunk: Chunk, memory: Reserved) {
        self.verify.chunk(at, chunk, memory);
    }

    fn completed(&self, block: u32) {
        // A thread that has ended says why at the end.
        let _ = self.keep.send(block);
        self.verify.block(block);
    }
}

/// What an earlier download of the same content has left here.
fn found(file: &File, version: VersionId, blocks: Blocks) -> io::Result<Option<Marks>> {
    let length = file.metadata()?.len();
    if length == blocks.size {
        // The journal was cut off, and the program died before the file had its name.
        return Ok(Some(Marks::all(blocks)));
    }
    let none = Marks::none(blocks);
    if length != blocks.size + none.encoded_bytes() as u64 {
        return Ok(None);
    }
    let mut text = vec![0; none.encoded_bytes()];
    read_exactly_at(file, &mut text, blocks.size)?;
    Ok(Marks::decode(&text, version, blocks))
}

/// Makes room for all of it: a disk that is too small says so before anything is fetched.
fn prepare(file: &File, version: VersionId, blocks: Blocks) -> io::Result<Marks> {
    let marks = Marks::none(blocks);
    file.set_len(0)?;
    reserve(file, blocks.size + marks.encoded_bytes() as u64)?;
    write_all_at(file, &marks.encode(version), blocks.size)?;
    Ok(marks)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn reserve(file: &File, bytes: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    match fallocate(file, FallocateFlags::empty(), 0, bytes) {
        // Not every file system can: then a disk that is too small says so half-way.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => file.set_len(bytes),
        done => Ok(done?),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn reserve(file: &File, bytes: u64) -> io::Result<()> {
    file.set_len(bytes)
}

async fn blocking_io<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
