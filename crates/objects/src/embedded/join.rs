//! Joining the parts of a multipart upload.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crc_fast::{CrcAlgorithm, checksum_combine};
use notespot_protocol::{Checksum, Crc64Nvme};

use super::checksums::{Following, Named};
use super::multipart::UploadId;
use super::put::Received;
use super::read::READ_BYTES;
use super::sealed::{self, Seal, SealedPart};
use super::temporary::{TemporaryFile, settle};
use super::{Inner, errors};
use crate::{ObjectError, Result, checksums};

/// How much of an upload is read again. A slow disk (150 MB/s) takes two minutes for it, and a client waits for
/// four; what is behind it is only verified by downloads.
const READ_AGAIN_MAX: u64 = 16 << 30;

/// The calls that join one upload: they come one after the other.
#[derive(Default)]
pub(super) struct Calls {
    count: usize,
    turn: Arc<Mutex<()>>,
}

/// Keeps parts out of an upload for as long as it lives.
struct Joining<'a> {
    inner: &'a Inner,
    id: String,
    turn: Arc<Mutex<()>>,
}

impl Drop for Joining<'_> {
    fn drop(&mut self) {
        let mut joining = self.inner.joining();
        if let Some(calls) = joining.get_mut(&self.id) {
            calls.count -= 1;
            if calls.count == 0 {
                joining.remove(&self.id);
            }
        }
    }
}

impl Inner {
    /// Joins the parts that are named, by number and tag in rising order, if their bytes are what they were
    /// when they arrived: what the disk has damaged since is removed, and the answer is `BadPart`.
    pub(super) fn complete_multipart(
        &self,
        id: &UploadId,
        named: Vec<(u32, String)>,
        checksum: Option<Checksum>,
    ) -> Result<Seal> {
        let in_order = named.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a < b));
        if named.is_empty() || !in_order {
            return Err(ObjectError::BadPart);
        }
        let joining = self.begin_joining(id);
        let _turn = joining.turn.lock().unwrap_or_else(PoisonError::into_inner);
        // A client that did not wait for the answer has asked again: the call before may have done it all.
        self.require_open(id)?;
        let joined = self.join(id, named)?;
        if checksum
            .is_some_and(|wanted| ![Some(joined.crc64nvme.into()), joined.other].contains(&Some(wanted)))
        {
            return Err(ObjectError::ChecksumMismatch);
        }
        let list = self.write_list(&joined)?;
        // The parts are those that `join` saw: `publish_part` lets none in while this goes on, and
        // `require_open` keeps them out once the object is there.
        self.require_open(id)?;
        let seal = self.publish_object(id.key(), Received { file: list, seal: joined })?;
        self.close(id)?;
        Ok(seal)
    }

    /// From here on the upload takes no part, until what is given is dropped.
    fn begin_joining(&self, id: &UploadId) -> Joining<'_> {
        // In the order of other changes: a part that is being given its name has it before.
        let turn = self.change(|| {
            let mut joining = self.joining();
            let calls = joining.entry(id.as_str().to_owned()).or_default();
            calls.count += 1;
            Arc::clone(&calls.turn)
        });
        Joining { inner: self, id: id.as_str().to_owned(), turn }
    }

    pub(super) fn is_joining(&self, id: &UploadId) -> bool {
        self.joining().contains_key(id.as_str())
    }

    fn joining(&self) -> MutexGuard<'_, HashMap<String, Calls>> {
        self.joining.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join(&self, id: &UploadId, named: Vec<(u32, String)>) -> Result<Seal> {
        let mut joined = Seal {
            size: 0,
            crc64nvme: Crc64Nvme(0),
            other: None,
            upload: Some(id.as_str().to_owned()),
            parts: Vec::with_capacity(named.len()),
        };
        let mut others = Vec::with_capacity(named.len());
        let mut is_damaged = false;
        for (number, etag) in named {
            let path = self.layout.part(id, number);
            let part = match sealed::look(&path) {
                Ok(Some(part)) if part.etag() == etag.trim_matches('"') => part,
                Ok(_) | Err(ObjectError::NotFound) => {
                    self.require_open(id)?;
                    return Err(ObjectError::BadPart);
                }
                Err(error) => return Err(error),
            };
            if joined.size < READ_AGAIN_MAX && !is_intact(&path, &part)? {
                // The others are looked at too: all that has to be sent again is sent together.
                self.remove_damaged(id, number)?;
                is_damaged = true;
                continue;
            }
            let combined =
                checksum_combine(CrcAlgorithm::Crc64Nvme, joined.crc64nvme.0, part.crc64nvme.0, part.size);
            joined.crc64nvme = Crc64Nvme(combined);
            joined.size += part.size;
            joined.parts.push(SealedPart(number, part.size));
            others.push(part.other);
        }
        if is_damaged {
            return Err(ObjectError::BadPart);
        }
        if let Some(Some(other)) = others.first() {
            joined.other = checksums::over_parts(other.algorithm(), others.into_iter());
        }
        Ok(joined)
    }

    /// Lets a part count as one that has not arrived. One that a power cut brings back is found again.
    fn remove_damaged(&self, id: &UploadId, number: u32) -> Result<()> {
        tracing::error!(upload = id.as_str(), number, "the disk has damaged a part: it has to be sent again");
        self.change(|| {
            self.require_open(id)?;
            fs::remove_file(self.layout.part(id, number)).map_err(errors::io)
        })
    }

    fn write_list(&self, seal: &Seal) -> Result<TemporaryFile> {
        let file = TemporaryFile::make(&self.layout).map_err(errors::io)?;
        let write = || -> io::Result<()> {
            fs::write(file.path(), seal.to_bytes()?)?;
            File::open(file.path())?.sync_all()
        };
        write().map_err(errors::io)?;
        Ok(file)
    }

    /// Takes the mark away. A process that dies before leaves a completed upload with a mark, which
    /// [`Inner::require_open`] knows from an open one.
    fn close(&self, id: &UploadId) -> Result<()> {
        let mark = self.layout.open_mark(id);
        match fs::remove_file(&mark) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(errors::io(error)),
            _ => settle(&mark).map_err(errors::io),
        }
    }
}

/// Whether the data of a part is what its seal says, with every checksum that it was sent with. What the
/// system still holds in its cache is not read from the disk.
fn is_intact(path: &Path, seal: &Seal) -> Result<bool> {
    let mut data = File::open(path).map_err(errors::io)?.take(seal.size);
    let mut following = Following::new(Named::from(seal));
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match data.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => following.update(&buffer[..length])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(errors::io(error)),
        }
    }
    match following.finish() {
        Ok(_) => Ok(true),
        Err(ObjectError::Truncated | ObjectError::ChecksumMismatch) => Ok(false),
        Err(error) => Err(error),
    }
}
