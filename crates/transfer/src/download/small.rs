//! Files that fit into memory.

use std::io::Write as _;
use std::path::PathBuf;

use bytes::Bytes;
use notespot_protocol::{DownloadPlan, Sha256};
use sha2::Digest as _;
use tokio_util::sync::CancellationToken;

use super::fetch::{Doubt, Lane, Remote, Sink};
use super::part_file::{PartFile, ReadBack};
use super::target::{Target, blocking};
use crate::engine::SMALL_MAX_BYTES;
use crate::{DownloadControl, Engine, Progress, TransferError};

/// Fetches all of it, verifies it, and writes it in one go. A disk never sees what is damaged.
pub(super) async fn download<C: DownloadControl>(
    engine: &Engine,
    control: &C,
    plan: DownloadPlan,
    target: Target,
    progress: &Progress,
) -> Result<PathBuf, TransferError> {
    let size = plan.size.get();
    let _memory = engine.reserve_arriving(size).await?;
    let remote = Remote::new(engine, control, plan, progress, Lane::Small);
    let content = fetch_verified(&remote, size, progress).await?;
    let folder = target.folder().to_owned();
    let trouble = target.clone();
    let plan = remote.plan;
    let read_back =
        engine.settings.read_back.then(|| ReadBack { sha256: plan.sha256, cancel: CancellationToken::new() });
    let path = blocking(move || {
        let mut part = PartFile::open(&target, plan.node)?;
        part.set_disposable();
        if target.holds(&plan) {
            return Ok(target.into_path());
        }
        let mut file = part.file();
        let written =
            file.set_len(0).and_then(|()| content.pieces.iter().try_for_each(|piece| file.write_all(piece)));
        written.map_err(|error| target.trouble(error))?;
        part.take_its_name(&target, plan.modified_at, read_back.as_ref())
    })
    .await?;
    engine.folders.sync(&folder).await.map_err(|error| trouble.trouble(error))?;
    Ok(path)
}

/// Twice where what came first is not what was announced.
async fn fetch_verified<C: DownloadControl>(
    remote: &Remote<'_, C>,
    size: u64,
    progress: &Progress,
) -> Result<Content, TransferError> {
    let mut doubt = Doubt::default();
    loop {
        let left = usize::try_from(size).unwrap_or(SMALL_MAX_BYTES);
        let mut content = Content { pieces: Vec::new(), left };
        remote.fetch(0..size, &mut content).await?;
        let came = content.sha256();
        if came == remote.plan.sha256 {
            return Ok(content);
        }
        doubt.try_again(remote, came).await?;
        progress.start_over();
    }
}

/// Of all but the smallest files: what fits into the gaps that other files have left.
const PIECE_BYTES: usize = 64 * 1024;

/// At most [`SMALL_MAX_BYTES`], in pieces of one size. In one piece each, a thousand files of all sizes took a
/// third more memory than they had bytes: few of them fitted where another had been.
struct Content {
    pieces: Vec<Vec<u8>>,
    /// What there is to come.
    left: usize,
}

impl Content {
    fn sha256(&self) -> Sha256 {
        let mut sha256 = sha2::Sha256::new();
        self.pieces.iter().for_each(|piece| sha256.update(piece));
        Sha256::from_bytes(sha256.finalize().into())
    }
}

impl Sink for Content {
    async fn take(&mut self, bytes: Bytes) -> bool {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let room = self.pieces.last().map_or(0, |piece| piece.capacity() - piece.len());
            if room == 0 {
                self.pieces
                    .push(Vec::with_capacity(self.left.clamp(rest.len().min(PIECE_BYTES), PIECE_BYTES)));
                continue;
            }
            let (taken, more) = rest.split_at(rest.len().min(room));
            if let Some(piece) = self.pieces.last_mut() {
                piece.extend_from_slice(taken);
            }
            self.left = self.left.saturating_sub(taken.len());
            rest = more;
        }
        true
    }
}
