//! How hard the engine works, and how long it waits.

use std::time::Duration;

/// One piece of a file on its way between disk and socket. Larger pieces are no faster; smaller ones
/// cost wake-ups.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;

/// How hard an engine works, and how long it waits.
///
/// Memory: at most `memory_bytes` of file content for parts, small files and downloads under way,
/// reserved before a byte is read, and `hash_passes` times 256 KiB for reading ahead. Nothing grows
/// with a file's size or with their number. Socket buffers of the operating system come on top.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Parts of one file that are sent at once.
    pub parts_in_flight: usize,
    /// For the content of everything under way. At least 2 MiB is used.
    pub memory_bytes: usize,
    /// Requests with the bytes of small files that are under way at once: what they wait for is the
    /// way there and back.
    pub small_in_flight: usize,
    /// Requests with parts of larger files, and downloads, that are under way at once: what they wait
    /// for is bandwidth. Neither kind waits behind the other.
    pub large_in_flight: usize,
    /// Files that are read for their checksums at once.
    pub hash_passes: usize,
    /// To open a connection.
    pub connect_timeout: Duration,
    /// Without a byte moving, a connection is given up and replaced.
    pub stall_timeout: Duration,
    /// From the last byte of a part to the store's answer: it may have to write it to a disk.
    pub answer_timeout: Duration,
    /// How often in a row one request is tried without any progress.
    pub tries: u32,
    /// The longest pause before the second try; doubled for each further one.
    pub first_pause: Duration,
    /// The longest pause of all.
    pub longest_pause: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            parts_in_flight: 4,
            memory_bytes: 64 * 1024 * 1024,
            small_in_flight: 32,
            large_in_flight: 12,
            hash_passes: 8,
            connect_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(20),
            answer_timeout: Duration::from_mins(1),
            tries: 8,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(20),
        }
    }
}
