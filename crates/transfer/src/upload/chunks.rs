//! A file, piece by piece, for the socket.
//!
//! What the system has in its cache is read where it is wanted: a thread for it would cost two wake-ups
//! for each piece, more than the reading. Only what has to come from the disk is waited for on another
//! thread. The pass that computes the checksums runs just ahead of the socket, so that is rare.

use bytes::{Bytes, BytesMut};

use super::source::Source;
use crate::TransferError;
use crate::settings::CHUNK_BYTES;

/// Buffers that a socket may still hold while the next one is filled.
const BUFFERS: usize = 3;

/// Where the bytes come from.
pub(super) enum Chunks {
    FromDisk(FromDisk),
    InMemory(Bytes),
}

/// Memory: [`BUFFERS`] chunks and the one being filled, which a place among the large requests has reserved.
pub(super) struct FromDisk {
    source: Source,
    offset: u64,
    end: u64,
    /// What was given out before, the oldest first. Filled again once the socket is done with it.
    buffers: Vec<Bytes>,
}

impl Chunks {
    /// `length` bytes from `offset`.
    pub(super) fn of(source: &Source, offset: u64, length: u64) -> Self {
        match source.in_memory() {
            Some((bytes, _)) => Self::InMemory(bytes.clone()),
            None => Self::FromDisk(FromDisk {
                source: source.clone(),
                offset,
                end: offset.saturating_add(length),
                buffers: Vec::with_capacity(BUFFERS),
            }),
        }
    }

    /// The next piece, of at most [`CHUNK_BYTES`] where it comes from a disk; empty at the end.
    pub(super) async fn next(&mut self) -> Result<Bytes, TransferError> {
        match self {
            Self::FromDisk(chunks) => chunks.next().await,
            Self::InMemory(bytes) => Ok(std::mem::take(bytes)),
        }
    }
}

impl FromDisk {
    async fn next(&mut self) -> Result<Bytes, TransferError> {
        let left = usize::try_from(self.end - self.offset).unwrap_or(CHUNK_BYTES);
        let mut chunk = self.buffer();
        chunk.resize(left.min(CHUNK_BYTES), 0);
        let cached = self.source.read_cached(&mut chunk, self.offset);
        if cached < chunk.len() {
            chunk = self.wait_for(chunk, cached).await?;
        }
        self.offset += chunk.len() as u64;
        let chunk = chunk.freeze();
        self.buffers.push(chunk.clone());
        Ok(chunk)
    }

    /// A buffer that nobody reads any more, or a new one.
    fn buffer(&mut self) -> BytesMut {
        if self.buffers.len() < BUFFERS {
            return BytesMut::with_capacity(CHUNK_BYTES);
        }
        // One that is still read goes with its last reader.
        let oldest = self.buffers.remove(0);
        oldest.try_into_mut().unwrap_or_else(|_| BytesMut::with_capacity(CHUNK_BYTES))
    }

    async fn wait_for(&self, mut chunk: BytesMut, cached: usize) -> Result<BytesMut, TransferError> {
        let (source, offset) = (self.source.clone(), self.offset + cached as u64);
        let read = move || source.read_exactly(&mut chunk[cached..], offset).map(|()| chunk);
        tokio::task::spawn_blocking(read).await.map_err(|_| TransferError::Closing)?
    }
}
