//! One pass over a file for all of its checksums.

use crc_fast::{CrcAlgorithm, Digest as Crc};
use notespot_protocol::{ByteCount, Checksum, ChecksumAlgorithm, Crc64Nvme, PartToSend, Sha256};
use sha2::Digest as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::source::Source;
use super::sums::Sum;
use crate::settings::CHUNK_BYTES;
use crate::{Engine, TransferError};

/// Parts that are hashed ahead of those being sent. They hold no bytes.
const AHEAD: usize = 16;

/// The checksums of a whole file.
#[derive(Clone, Debug)]
pub(super) struct Hashed {
    pub(super) size: u64,
    pub(super) sha256: Sha256,
    pub(super) crc64nvme: Crc64Nvme,
    /// Of the parts that it was cut into, where these are not CRC-64/NVME.
    pub(super) parts: Vec<Checksum>,
}

impl Hashed {
    /// Of content that is in memory. A mebibyte takes about a millisecond.
    pub(super) fn of(bytes: &[u8], checksum: ChecksumAlgorithm) -> Self {
        let sha256 = Sha256::from_bytes(sha2::Sha256::digest(bytes).into());
        let crc64nvme = Crc64Nvme(crc_fast::checksum(CrcAlgorithm::Crc64Nvme, bytes));
        let parts = match checksum {
            ChecksumAlgorithm::Crc64Nvme => Vec::new(),
            ChecksumAlgorithm::Sha256 => vec![Checksum::Sha256(sha256)],
            ChecksumAlgorithm::Crc32c => {
                let mut sum = Sum::new(checksum);
                sum.update(bytes);
                vec![sum.finish(crc64nvme)]
            }
        };
        Self { size: bytes.len() as u64, sha256, crc64nvme, parts }
    }

    /// For content that is not cut.
    pub(super) fn as_only_part(&self) -> PartToSend {
        let checksum = self.parts.first().copied().unwrap_or(self.crc64nvme.into());
        PartToSend { number: 1, size: ByteCount(self.size), checksum }
    }

    /// Whether it was made for a store that verifies this.
    pub(super) fn is_for(&self, checksum: ChecksumAlgorithm) -> bool {
        self.parts.first().map(Checksum::algorithm).unwrap_or_default() == checksum
    }
}

/// The checksums of a whole file and of the parts that it is cut into. Memory: 90 bytes for each of at most
/// 10,000 parts.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) whole: Hashed,
    pub(super) parts: Vec<PartToSend>,
}

impl From<Hashed> for Known {
    /// Of content that is not cut.
    fn from(whole: Hashed) -> Self {
        Self { parts: vec![whole.as_only_part()], whole }
    }
}

/// A pass under way. Dropping it ends the pass after the chunk being read.
pub(super) struct Pass {
    /// Each part as soon as it is hashed, in order.
    pub(super) parts: mpsc::Receiver<PartToSend>,
    pub(super) whole: Whole,
}

/// What a pass comes to.
pub(super) struct Whole {
    thread: JoinHandle<Result<Hashed, TransferError>>,
    _stop_when_dropped: tokio_util::sync::DropGuard,
}

impl Whole {
    /// The end of the pass. `FileChanged` when the file changed before it.
    pub(super) async fn finish(self) -> Result<Hashed, TransferError> {
        self.thread.await.map_err(|_| TransferError::Closing)?
    }
}

/// Begins to read a file, on a thread of its own and in order; `part_bytes` cuts it. Parts get the
/// checksum that is named.
pub(super) async fn begin(
    engine: &Engine,
    source: &Source,
    part_bytes: u64,
    checksum: ChecksumAlgorithm,
) -> Result<Pass, TransferError> {
    let permit = engine.hash_passes.clone().acquire_owned().await.map_err(|_| TransferError::Closing)?;
    let (tell, parts) = mpsc::channel(AHEAD);
    let stop = CancellationToken::new();
    let (source, stopped) = (source.clone(), stop.clone());
    let thread = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        pass(&source, part_bytes, checksum, &tell, &stopped)
    });
    Ok(Pass { parts, whole: Whole { thread, _stop_when_dropped: stop.drop_guard() } })
}

/// All of a file as one.
pub(super) async fn whole(
    engine: &Engine,
    source: &Source,
    checksum: ChecksumAlgorithm,
) -> Result<Hashed, TransferError> {
    Ok(in_parts(engine, source, source.size(), checksum).await?.whole)
}

/// All of a file, cut.
pub(super) async fn in_parts(
    engine: &Engine,
    source: &Source,
    part_bytes: u64,
    checksum: ChecksumAlgorithm,
) -> Result<Known, TransferError> {
    let Pass { parts: mut hashed, whole } = begin(engine, source, part_bytes, checksum).await?;
    let mut parts = Vec::new();
    while let Some(part) = hashed.recv().await {
        parts.push(part);
    }
    Ok(Known { whole: whole.finish().await?, parts })
}

fn pass(
    source: &Source,
    part_bytes: u64,
    checksum: ChecksumAlgorithm,
    tell: &mpsc::Sender<PartToSend>,
    stopped: &CancellationToken,
) -> Result<Hashed, TransferError> {
    let (size, untouched) = (source.size(), source.touched()?);
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut sha256 = sha2::Sha256::new();
    let mut whole = Crc::new(CrcAlgorithm::Crc64Nvme);
    let mut parts = Vec::new();
    let (mut offset, mut number) = (0_u64, 1);
    loop {
        let mut part = Crc::new(CrcAlgorithm::Crc64Nvme);
        let mut sum = Sum::new(checksum);
        let begin = offset;
        let end = size.min(begin.saturating_add(part_bytes));
        while offset < end {
            if stopped.is_cancelled() {
                return Err(TransferError::Cancelled);
            }
            let wanted = usize::try_from(end - offset).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
            let chunk = &mut buffer[..wanted];
            source.read_exactly(chunk, offset)?;
            sha256.update(&*chunk);
            part.update(chunk);
            sum.update(chunk);
            offset += wanted as u64;
        }
        let last = offset == size;
        if last {
            // Before the last part goes: most changes are noticed before everything is sent.
            source.check_unchanged()?;
        }
        whole.combine(&part);
        let checksum = sum.finish(Crc64Nvme(part.finalize()));
        if checksum.algorithm().is_composite() {
            parts.push(checksum);
        }
        let hashed = PartToSend { number, size: ByteCount(offset - begin), checksum };
        if tell.blocking_send(hashed).is_err() {
            return Err(TransferError::Cancelled);
        }
        if last {
            break;
        }
        number += 1;
    }
    let sha256 = Sha256::from_bytes(sha256.finalize().into());
    if source.touched()? != untouched {
        read_again(source, sha256, &mut buffer, stopped)?;
    }
    Ok(Hashed { size, sha256, crc64nvme: Crc64Nvme(whole.finalize()), parts })
}

/// A file may have been written to though its length and time say nothing: the time can be set back. Or it
/// was only renamed. Its content tells: `FileChanged` when it is not what was read before, or is touched again.
fn read_again(
    source: &Source,
    before: Sha256,
    buffer: &mut [u8],
    stopped: &CancellationToken,
) -> Result<(), TransferError> {
    let (size, untouched) = (source.size(), source.touched()?);
    let mut sha256 = sha2::Sha256::new();
    let mut offset = 0;
    while offset < size {
        if stopped.is_cancelled() {
            return Err(TransferError::Cancelled);
        }
        let wanted = usize::try_from(size - offset).unwrap_or(buffer.len()).min(buffer.len());
        let chunk = &mut buffer[..wanted];
        source.read_exactly(chunk, offset)?;
        sha256.update(&*chunk);
        offset += wanted as u64;
    }
    let same = Sha256::from_bytes(sha256.finalize().into()) == before && source.touched()? == untouched;
    if same { Ok(()) } else { Err(source.changed()) }
}
