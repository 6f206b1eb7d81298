//! What is collected of a file before it is written.

use crate::settings::CHUNK_BYTES;

/// What a disk reads and writes at once, and where that begins in memory: no disk that we know wants more.
pub(super) const PAGE_BYTES: usize = 4096;

/// Up to [`CHUNK_BYTES`] in a row, which begin in memory where a disk can take them from.
///
/// Memory: [`CHUNK_BYTES`] and a page, from the beginning.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Never grows beyond what it was made with: then it would move.
    room: Vec<u8>,
    /// Where the content begins in it.
    begin: usize,
}

impl Chunk {
    pub(super) const MEMORY_BYTES: usize = CHUNK_BYTES + PAGE_BYTES;

    pub(super) fn new() -> Self {
        let mut room = Vec::<u8>::with_capacity(Self::MEMORY_BYTES);
        // An allocator that cannot say gives a chunk that is written through the system's cache.
        let begin = Some(room.as_ptr().align_offset(PAGE_BYTES)).filter(|begin| *begin < PAGE_BYTES);
        let begin = begin.unwrap_or_default();
        room.resize(begin, 0);
        Self { room, begin }
    }

    /// Takes what there is room for, and gives back the rest.
    pub(super) fn fill<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (taken, rest) = bytes.split_at(bytes.len().min(CHUNK_BYTES - self.bytes().len()));
        self.room.extend_from_slice(taken);
        rest
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes().len() == CHUNK_BYTES
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.room[self.begin..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_begins_at_a_page_and_takes_so_much_and_no_more() {
        let content = notespot_testkit::content(1, CHUNK_BYTES + 100);
        let mut chunk = Chunk::new();
        assert!(chunk.fill(&content[..7]).is_empty() && !chunk.is_full());
        assert_eq!(chunk.fill(&content[7..]), &content[CHUNK_BYTES..]);
        assert!(chunk.is_full());
        assert_eq!(chunk.bytes(), &content[..CHUNK_BYTES]);
        assert_eq!(chunk.bytes().as_ptr().align_offset(PAGE_BYTES), 0);
        assert_eq!(chunk.fill(&content), &content);
    }
}
