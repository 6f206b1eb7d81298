//! What the store remembers: sizes, checksums as they were said, and how often it was asked for what.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde::Serialize;

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) size: u64,
    /// CRC-64/NVME in base64, as the client said it or as its parts' make it.
    pub(crate) crc64nvme: Option<String>,
    pub(crate) etag: String,
}

/// One part of an upload in parts.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) size: u64,
    pub(crate) crc64nvme: Option<String>,
}

/// An upload in parts.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) name: String,
    pub(crate) parts: BTreeMap<u32, Part>,
}

/// Everything, behind one lock that is held for microseconds.
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// By bucket and key, with a slash between them.
    pub(crate) objects: BTreeMap<String, Object>,
    pub(crate) uploads: HashMap<String, Upload>,
    pub(crate) requests: BTreeMap<&'static str, u64>,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    numbers: u64,
}

impl Records {
    /// A number that was not given before.
    pub(crate) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// A tag for what was just written. It does not look like an MD5: some clients would compare it.
    pub(crate) fn etag(&mut self) -> String {
        format!("\"{:032x}-1\"", self.number())
    }
}

/// What `/__counts` says.
#[derive(Serialize)]
struct Counts<'a> {
    requests: &'a BTreeMap<&'static str, u64>,
    bytes_in: u64,
    bytes_out: u64,
    objects: usize,
    object_bytes: u64,
}

/// The store.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) block: Bytes,
    records: Mutex<Records>,
}

impl Store {
    pub(crate) fn new(block: Bytes) -> Self {
        Self { block, records: Mutex::default() }
    }

    pub(crate) fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The counts so far, as JSON.
    pub(crate) fn counts(&self) -> String {
        let records = self.records();
        let counts = Counts {
            requests: &records.requests,
            bytes_in: records.bytes_in,
            bytes_out: records.bytes_out,
            objects: records.objects.len(),
            object_bytes: records.objects.values().map(|object| object.size).sum(),
        };
        serde_json::to_string(&counts).unwrap_or_default()
    }
}
