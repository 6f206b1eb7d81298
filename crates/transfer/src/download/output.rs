//! Writes to the part file past the system's cache, where the system lets us.
//!
//! What is downloaded has to be on the disk before it has its name, and nobody reads it before. Through the
//! cache each byte is copied once more, and pages are found for it and written back: 0.5 to 1.4 s of CPU for
//! each GiB on the machine of bench/results, where past the cache it takes 0.1 s, and the disk is busy from
//! the first byte.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::chunk::PAGE_BYTES;

/// Whether a chunk goes through the system's cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It is in memory until it is hashed: nobody reads it from the file before it has its name.
    PastCache,
    /// It will be read back for its hash.
    ThroughCache,
}

/// A file that is written at places, by several threads at once.
#[derive(Debug)]
pub(super) struct Output {
    cached: Arc<File>,
    /// The same file.
    past_cache: Option<File>,
    /// It turned out that it cannot be written like that.
    is_refused: AtomicBool,
}

impl Output {
    /// Blocks.
    pub(super) fn of(file: Arc<File>) -> Self {
        let past_cache = open_past_cache(&file);
        Self { cached: file, past_cache, is_refused: AtomicBool::new(false) }
    }

    /// Writes all of it there. Only whole pages in memory that go to whole pages of the file can pass by the
    /// cache. Blocks.
    pub(super) fn write_all_at(&self, bytes: &[u8], offset: u64, way: Way) -> io::Result<()> {
        let may_pass = way == Way::PastCache && !self.is_refused.load(Ordering::Relaxed);
        let past_cache = self.past_cache.as_ref().filter(|_| may_pass);
        let begins_pages =
            offset.is_multiple_of(PAGE_BYTES as u64) && bytes.as_ptr().align_offset(PAGE_BYTES) == 0;
        let whole = if begins_pages { bytes.len() / PAGE_BYTES * PAGE_BYTES } else { 0 };
        if let Some(file) = past_cache.filter(|_| whole > 0) {
            let (pages, rest) = bytes.split_at(whole);
            match write_content_at(file, pages, offset) {
                Ok(()) => return write_content_at(&self.cached, rest, offset + whole as u64),
                Err(full) if matches!(full.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                    return Err(full);
                }
                // This disk wants larger pages, or this file system only says that it can. One that is broken
                // says so again.
                Err(_) => self.is_refused.store(true, Ordering::Relaxed),
            }
        }
        write_content_at(&self.cached, bytes, offset)
    }
}

/// Writes all of it, with another call than that of the journal: what dies in place of one of the two is tested
/// apart from the other.
#[cfg(unix)]
fn write_content_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::pwritev(file, &[io::IoSlice::new(bytes)], offset) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => {
                offset += written as u64;
                bytes = &bytes[written..];
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(windows)]
fn write_content_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    crate::positioned::write_all_at(file, bytes, offset)
}

/// The same file once more: how it is written belongs to the handle. `None` where there is no such way, and on
/// file systems that may not be on this machine: there, what one handle has written is not always waited for by
/// the sync of another (FUSE), or kept out by its lock (SMB).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn open_past_cache(file: &File) -> Option<File> {
    use std::os::fd::AsRawFd as _;

    use rustix::fs::{Mode, OFlags, fstatfs, open};

    /// ext4, XFS, Btrfs, F2FS and overlays of them: `statfs(2)`.
    const LOCAL: [u64; 5] = [0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x794c_7630];

    let kind = u64::try_from(fstatfs(file).ok()?.f_type).ok()?;
    // By its number and not by its name: another file may have that by now.
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let again = || open(path, OFlags::WRONLY | OFlags::DIRECT | OFlags::CLOEXEC, Mode::empty()).ok();
    LOCAL.contains(&kind).then(again).flatten().map(File::from)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn open_past_cache(_: &File) -> Option<File> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::download::chunk::Chunk;
    use crate::positioned::read_exactly_at;

    /// Chunks in any order and of any length, on the disk that the tests run on.
    #[test]
    fn what_is_written_at_places_is_there_whichever_way_it_took() {
        for way in [Way::PastCache, Way::ThroughCache] {
            written_in_pieces(way);
        }
    }

    fn written_in_pieces(way: Way) {
        let file = Arc::new(tempfile::tempfile().unwrap());
        let output = Output::of(file.clone());
        let content = notespot_testkit::content(1, 5 * PAGE_BYTES + 100);
        let mut written = vec![0; content.len()];
        for (begin, end) in [
            (4 * PAGE_BYTES, content.len()),
            (0, PAGE_BYTES),
            (PAGE_BYTES + 7, 2 * PAGE_BYTES),
            (2 * PAGE_BYTES, 3 * PAGE_BYTES + 1),
        ] {
            let mut chunk = Chunk::new();
            chunk.fill(&content[begin..end]);
            output.write_all_at(chunk.bytes(), begin as u64, way).unwrap();
            written[begin..end].copy_from_slice(&content[begin..end]);
        }
        let mut there = vec![1; content.len()];
        read_exactly_at(&file, &mut there, 0).unwrap();
        assert_eq!(there, written);
    }
}
