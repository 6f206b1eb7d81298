//! What a part file remembers: which blocks of the content it holds.
//!
//! The journal stands behind the content, in the same file: the two cannot be parted. It is cut off
//! before the file takes its name. A block is marked only after it is on the disk, so a mark survives
//! everything that the content survives; whatever else befalls the file is found by the SHA-256 of
//! the whole.

use std::ops::Range;

use notespot_protocol::VersionId;
use uuid::Uuid;

const MAGIC: &[u8; 16] = b"notespot part 1\n";
const HEADER_BYTES: usize = MAGIC.len() + 16 + 8 + 8;
/// Marks are made for blocks of at least this size.
const BLOCK_BYTES_MIN: u64 = 4 * 1024 * 1024;
/// Blocks grow with the file, so that there are never more marks.
const BLOCKS_MAX: u64 = 16 * 1024;

/// How content is cut into blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Blocks {
    pub(super) size: u64,
    pub(super) block_bytes: u64,
}

impl Blocks {
    pub(super) fn of(size: u64) -> Self {
        let block_bytes = size.div_ceil(BLOCKS_MAX).next_power_of_two().max(BLOCK_BYTES_MIN);
        Self { size, block_bytes }
    }

    pub(super) fn count(self) -> u32 {
        // At most `BLOCKS_MAX`, by construction.
        u32::try_from(self.size.div_ceil(self.block_bytes)).unwrap_or(u32::MAX)
    }

    /// The block that this byte is in.
    pub(super) fn of_byte(self, at: u64) -> u32 {
        u32::try_from(at / self.block_bytes).unwrap_or(u32::MAX)
    }

    pub(super) fn range(self, block: u32) -> Range<u64> {
        let start = u64::from(block) * self.block_bytes;
        start..self.size.min(start + self.block_bytes)
    }
}

/// A set of blocks. Memory: at most 2 KiB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    blocks: Blocks,
    bits: Vec<u8>,
}

impl Marks {
    pub(super) fn none(blocks: Blocks) -> Self {
        Self { blocks, bits: vec![0; (blocks.count() as usize).div_ceil(8)] }
    }

    pub(super) fn all(blocks: Blocks) -> Self {
        let mut marks = Self::none(blocks);
        (0..blocks.count()).for_each(|block| marks.set(block));
        marks
    }

    pub(super) fn blocks(&self) -> Blocks {
        self.blocks
    }

    pub(super) fn set(&mut self, block: u32) {
        if let Some(byte) = self.bits.get_mut(block as usize / 8) {
            *byte |= 1 << (block % 8);
        }
    }

    pub(super) fn has(&self, block: u32) -> bool {
        self.bits.get(block as usize / 8).is_some_and(|byte| byte & (1 << (block % 8)) != 0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bits.iter().all(|byte| *byte == 0)
    }

    /// The bytes of all blocks in the set.
    pub(super) fn bytes(&self) -> u64 {
        let marked = (0..self.blocks.count()).filter(|block| self.has(*block));
        marked.map(|block| self.blocks.range(block)).map(|range| range.end - range.start).sum()
    }

    /// What is not in the set, in order, in ranges of whole blocks of at most this length.
    pub(super) fn missing(&self, range_bytes: u64) -> Vec<Range<u64>> {
        let mut ranges: Vec<Range<u64>> = Vec::new();
        for block in (0..self.blocks.count()).filter(|block| !self.has(*block)) {
            let next = self.blocks.range(block);
            match ranges.last_mut() {
                Some(last) if last.end == next.start && next.end - last.start <= range_bytes => {
                    last.end = next.end;
                }
                _ => ranges.push(next),
            }
        }
        ranges
    }

    /// As it stands behind the content.
    pub(super) fn encode(&self, version: VersionId) -> Vec<u8> {
        let mut text = Vec::with_capacity(self.encoded_bytes());
        text.extend_from_slice(MAGIC);
        text.extend_from_slice(version.0.as_bytes());
        text.extend_from_slice(&self.blocks.size.to_le_bytes());
        text.extend_from_slice(&self.blocks.block_bytes.to_le_bytes());
        text.extend_from_slice(&self.bits);
        text
    }

    pub(super) fn encoded_bytes(&self) -> usize {
        HEADER_BYTES + self.bits.len()
    }

    /// The marks of this version, cut in this way; `None` for everything else.
    pub(super) fn decode(text: &[u8], version: VersionId, blocks: Blocks) -> Option<Self> {
        let (magic, rest) = text.split_first_chunk::<16>()?;
        let (of, rest) = rest.split_first_chunk::<16>()?;
        let (size, rest) = rest.split_first_chunk::<8>()?;
        let (block_bytes, bits) = rest.split_first_chunk::<8>()?;
        let is_this = magic == MAGIC
            && Uuid::from_bytes(*of) == version.0
            && u64::from_le_bytes(*size) == blocks.size
            && u64::from_le_bytes(*block_bytes) == blocks.block_bytes
            && bits.len() == (blocks.count() as usize).div_ceil(8);
        is_this.then(|| Self { blocks, bits: bits.to_vec() })
    }
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn every_size_is_cut_into_few_blocks() {
        for size in [MIB, 4 * MIB, 4 * MIB + 1, 64 << 30, (64 << 30) + 1, 5 << 40] {
            let blocks = Blocks::of(size);
            assert!(u64::from(blocks.count()) <= BLOCKS_MAX && blocks.count() > 0, "{size}");
            assert_eq!(blocks.range(blocks.count() - 1).end, size);
        }
    }

    #[test]
    fn what_is_missing_comes_in_order_and_in_bounds() {
        let mut marks = Marks::none(Blocks::of(41 * MIB));
        assert_eq!(marks.missing(16 * MIB), [0..16 * MIB, 16 * MIB..32 * MIB, 32 * MIB..41 * MIB]);
        marks.set(1);
        marks.set(10);
        assert_eq!(marks.missing(16 * MIB), [0..4 * MIB, 8 * MIB..24 * MIB, 24 * MIB..40 * MIB]);
        assert_eq!(marks.bytes(), 5 * MIB);
        assert_eq!(Marks::all(Blocks::of(41 * MIB)).missing(16 * MIB), []);
        assert_eq!(Marks::all(Blocks::of(41 * MIB)).bytes(), 41 * MIB);
    }

    #[test]
    fn only_the_journal_of_the_same_content_is_taken_up() {
        let (version, blocks) = (VersionId::generate(), Blocks::of(100 * MIB));
        let mut marks = Marks::none(blocks);
        marks.set(24);
        let text = marks.encode(version);
        assert_eq!(text.len(), marks.encoded_bytes());
        assert_eq!(Marks::decode(&text, version, blocks), Some(marks));
        assert_eq!(Marks::decode(&text, VersionId::generate(), blocks), None);
        assert_eq!(Marks::decode(&text, version, Blocks::of(99 * MIB)), None);
        for cut in 0..text.len() {
            assert_eq!(Marks::decode(&text[..cut], version, blocks), None);
        }
    }
}
