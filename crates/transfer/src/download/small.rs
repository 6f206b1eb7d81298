//! Files that fit into memory.

use std::io::Write as _;
use std::path::PathBuf;

use bytes::Bytes;
use notespot_protocol::{DownloadPlan, Sha256};
use sha2::Digest as _;

use super::fetch::{Lane, Remote, Sink};
use super::part_file::PartFile;
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
    let _memory = engine.reserve(size).await?;
    let remote = Remote::new(engine, control, plan, progress, Lane::Small);
    let mut content = Content(Vec::with_capacity(usize::try_from(size).unwrap_or(SMALL_MAX_BYTES)));
    remote.fetch(0..size, &mut content).await?;
    let Content(content) = content;
    if Sha256::from_bytes(sha2::Sha256::digest(&content).into()) != remote.plan.sha256 {
        return Err(remote.report_damage().await);
    }
    let folder = target.folder().to_owned();
    let trouble = target.clone();
    let plan = remote.plan;
    let path = blocking(move || {
        let mut part = PartFile::open(&target, plan.node)?;
        part.set_disposable();
        if target.holds(&plan) {
            return Ok(target.into_path());
        }
        let mut file = part.file();
        let written = file.set_len(0).and_then(|()| file.write_all(&content));
        written.map_err(|error| target.trouble(error))?;
        part.take_its_name(&target, plan.modified_at)
    })
    .await?;
    engine.folders.sync(&folder).await.map_err(|error| trouble.trouble(error))?;
    Ok(path)
}

/// At most [`SMALL_MAX_BYTES`].
struct Content(Vec<u8>);

impl Sink for Content {
    async fn take(&mut self, piece: Bytes) -> bool {
        self.0.extend_from_slice(&piece);
        true
    }
}
