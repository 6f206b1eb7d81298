//! Sealed files: data, then a record of what the data is.
//!
//! ```text
//! data | seal as JSON | length of the JSON, 4 bytes little-endian | "NSPSEAL1"
//! ```
//!
//! One file holds an object and what must be known of it, so one rename publishes both. An object
//! that came in parts has no data of its own: its seal lists the parts.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use notespot_protocol::{Checksum, Crc64Nvme};
use serde::{Deserialize, Serialize};

use super::errors;
use crate::{ObjectError, Result, StoredChecksum};

const MARK: &[u8; 8] = b"NSPSEAL1";
const TAIL_BYTES: u64 = 12;
/// 10,000 parts take about half of it.
const SEAL_MAX_BYTES: u64 = 1024 * 1024;

/// What the data is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal {
    /// Its length, over all parts.
    pub(super) size: u64,
    /// Its checksum, over all parts.
    pub(super) crc64nvme: Crc64Nvme,
    /// The other one that it was sent with, if it was: of the data, or over those of the parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) other: Option<Checksum>,
    /// The multipart upload that it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) upload: Option<String>,
    /// The parts, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<SealedPart>,
}

/// One part of an object: its number, and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SealedPart(pub(super) u32, pub(super) u64);

impl Seal {
    /// The entity tag: names the content, and nothing else (S3 does not say how it is made).
    pub(super) fn etag(&self) -> String {
        let joined = if self.parts.is_empty() { String::new() } else { format!("-{}", self.parts.len()) };
        format!("{:016x}{:x}{joined}", self.crc64nvme.0, self.size)
    }

    /// The checksum that it was sent with.
    pub(super) fn checksum(&self) -> StoredChecksum {
        let parts = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        let value = self.other.unwrap_or(self.crc64nvme.into());
        if parts == 0 { StoredChecksum::of_bytes(value) } else { StoredChecksum::of_parts(value, parts) }
    }

    /// What stands before it in its file: an object that came in parts has none there.
    fn data_bytes(&self) -> u64 {
        if self.parts.is_empty() { self.size } else { 0 }
    }

    /// Whether it is one that this store writes: the parts come to the whole.
    fn is_consistent(&self) -> bool {
        let parts = self.parts.iter().try_fold(0_u64, |sum, SealedPart(_, size)| sum.checked_add(*size));
        self.parts.is_empty() || self.upload.is_some() && parts == Some(self.size)
    }

    /// What follows the data.
    pub(super) fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(MARK);
        Ok(bytes)
    }
}

/// The seal of a file. A file without one is no object, whatever wrote it.
pub(super) fn read(path: &Path) -> Result<Seal> {
    look(path)?.ok_or_else(|| damaged(path))
}

/// The same; `None` for a file without one.
pub(super) fn look(path: &Path) -> Result<Option<Seal>> {
    let mut file = File::open(path).map_err(errors::io)?;
    read_from(&mut file).map_err(errors::io)
}

fn read_from(file: &mut File) -> io::Result<Option<Seal>> {
    let whole = file.metadata()?.len();
    let Some(at) = whole.checked_sub(TAIL_BYTES) else { return Ok(None) };
    let mut tail = [0; 12];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut tail)?;
    let (length, mark) = tail.split_at(4);
    let length = u64::from(u32::from_le_bytes(length.try_into().unwrap_or_default()));
    let (Some(start), true) = (at.checked_sub(length), mark == MARK && length <= SEAL_MAX_BYTES) else {
        return Ok(None);
    };
    file.seek(SeekFrom::Start(start))?;
    let mut json = Vec::new();
    file.take(length).read_to_end(&mut json)?;
    // Of another length than its data it would give out itself as data, or data as less than it is.
    let fits = |seal: &Seal| seal.data_bytes() == start && seal.is_consistent();
    Ok(serde_json::from_slice(&json).ok().filter(fits))
}

fn damaged(path: &Path) -> ObjectError {
    ObjectError::Unavailable(Box::new(io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{} is damaged", path.display()),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_read_back_from_the_end_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("object");
        let seal = Seal { size: 3, crc64nvme: Crc64Nvme(7), other: None, upload: None, parts: vec![] };
        std::fs::write(&path, [b"abc".as_slice(), &seal.to_bytes().unwrap()].concat()).unwrap();
        assert_eq!(read(&path).unwrap(), seal);
        let list = Seal { upload: Some("u".into()), parts: vec![SealedPart(1, 1), SealedPart(2, 2)], ..seal };
        std::fs::write(&path, list.to_bytes().unwrap()).unwrap();
        assert_eq!(read(&path).unwrap(), list);
    }

    #[test]
    fn a_file_that_was_cut_is_never_taken_for_an_object() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("object");
        let seal = Seal { size: 3, crc64nvme: Crc64Nvme(7), other: None, upload: None, parts: vec![] };
        let whole = [b"abc".as_slice(), &seal.to_bytes().unwrap()].concat();
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(read(&path).is_err(), "cut to {length} bytes");
        }
    }
}
