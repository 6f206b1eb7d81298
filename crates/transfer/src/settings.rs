//! How hard the engine works, and how long it waits.

use std::time::Duration;

use notespot_network::Network;
use notespot_protocol::ByteCount;

/// One piece of a file on its way between disk and socket. Larger pieces are no faster; smaller ones
/// cost wake-ups.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;

/// How hard an engine works, and how long it waits.
///
/// Memory: at most `memory_bytes` for parts, small files and downloads under way, with what they take beside
/// their content, reserved before a byte is read. Three sixteenths of it, at most 12 MiB, are set aside for
/// connections, which keep what they read into: at most 128 KiB for each of `small_in_flight`, and 16 times 408 KiB,
/// so that what goes beyond comes on top. So do `hash_passes` times 256 KiB for reading ahead, and socket buffers of
/// the operating system. Nothing grows with a file's size or with their number.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Parts of one file that are sent at once.
    pub parts_in_flight: usize,
    /// For everything under way. At least 3.2 MiB are used.
    pub memory_bytes: usize,
    /// Requests with the bytes of small files that are under way at once, at most: what they wait for is
    /// the way there and back. How many there are adapts to what the path gives.
    pub small_in_flight: usize,
    /// Requests with parts of larger files that are under way at once, at most: what they wait for is
    /// bandwidth. Neither kind waits behind the other.
    pub large_in_flight: usize,
    /// The most that uploads take a second, all together.
    pub limit_up: Option<ByteCount>,
    /// The most that downloads take a second, all together.
    pub limit_down: Option<ByteCount>,
    /// The way that requests take.
    pub network: Network,
    /// Files that are read for their checksums at once.
    pub hash_passes: usize,
    /// Whether content that its owner has at the server already is proven to be here instead of being sent.
    pub dedupe: bool,
    /// Whether what was downloaded is read once more from the disk before it takes its name. What arrives is
    /// verified in any case, and what an earlier run has left is read from the disk; this is for disks that are
    /// not trusted. It takes as long as hashing the file and reading it.
    pub read_back: bool,
    /// To open a connection.
    pub connect_timeout: Duration,
    /// A connection that moves less than `floor` in this time is given up and replaced.
    pub stall_timeout: Duration,
    /// A second. Where a limit is set, one byte is enough.
    pub floor: ByteCount,
    /// From the last byte of a part to the store's answer: it may have to write it to a disk.
    pub answer_timeout: Duration,
    /// How often in a row one request is tried without any progress.
    pub tries: u32,
    /// How often all requests together are tried again before one of them succeeds.
    pub retries: u32,
    /// The longest pause before the second try; doubled for each further one.
    pub first_pause: Duration,
    /// The longest pause of all.
    pub longest_pause: Duration,
}

/// What may be changed while an engine works: see [`Settings`] for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes a second.
    pub up: Option<ByteCount>,
    /// Bytes a second.
    pub down: Option<ByteCount>,
    /// At least 1 is used.
    pub small_in_flight: usize,
    /// At least 1 is used.
    pub large_in_flight: usize,
    /// At least 3.2 MiB are used.
    pub memory_bytes: usize,
}

impl Settings {
    /// Those of them that may be changed while an engine works.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            up: self.limit_up,
            down: self.limit_down,
            small_in_flight: self.small_in_flight,
            large_in_flight: self.large_in_flight,
            memory_bytes: self.memory_bytes,
        }
    }

    /// What a connection has to move in `stall_timeout`, where there is no limit.
    pub(crate) fn least_moved(&self) -> u64 {
        let millis = u64::try_from(self.stall_timeout.as_millis()).unwrap_or(u64::MAX);
        (self.floor.get().saturating_mul(millis) / 1000).max(1)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            parts_in_flight: 8,
            memory_bytes: 64 * 1024 * 1024,
            small_in_flight: 256,
            large_in_flight: 16,
            limit_up: None,
            limit_down: None,
            network: Network::default(),
            hash_passes: 8,
            dedupe: true,
            read_back: false,
            connect_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(20),
            floor: ByteCount(1024),
            answer_timeout: Duration::from_mins(1),
            tries: 8,
            retries: 2000,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(20),
        }
    }
}
