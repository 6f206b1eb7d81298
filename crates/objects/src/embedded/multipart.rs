//! Multipart uploads.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::sync::{MutexGuard, PoisonError};

use crc_fast::{CrcAlgorithm, checksum_combine};
use notespot_protocol::{ByteCount, Checksum, Crc64Nvme, Timestamp};
use rand::RngExt as _;

use super::layout::sync_folder;
use super::put::Received;
use super::sealed::{self, Seal, SealedPart};
use super::temporary::{TemporaryFile, settle};
use super::{Inner, errors};
use crate::{
    MultipartMarker, MultipartsPage, ObjectError, ObjectKey, OpenMultipart, Result, StoredPart, checksums,
};

/// Open uploads that are listed at once.
pub(super) const PAGE: usize = 1000;
const RANDOM_DIGITS: usize = 16;

/// Names a multipart upload: its object's key, a dash, and random digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UploadId {
    text: String,
    key: ObjectKey,
}

impl UploadId {
    fn generate(key: &ObjectKey) -> Self {
        let random = hex::encode(rand::rng().random::<[u8; RANDOM_DIGITS / 2]>());
        Self { text: format!("{key}-{random}"), key: key.clone() }
    }

    /// From a request; refuses an id that belongs to another key.
    pub(super) fn parse(key: &ObjectKey, text: &str) -> Result<Self> {
        let id = Self::from_folder(text)?;
        if id.key == *key { Ok(id) } else { Err(ObjectError::NotFound) }
    }

    /// From the name of a folder. What passes is a safe file name.
    pub(super) fn from_folder(text: &str) -> Result<Self> {
        let (key, random) = text.split_once('-').ok_or(ObjectError::NotFound)?;
        let key = ObjectKey::parse(key).map_err(|_| ObjectError::NotFound)?;
        if random.len() != RANDOM_DIGITS || !random.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ObjectError::NotFound);
        }
        Ok(Self { text: text.to_owned(), key })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn key(&self) -> &ObjectKey {
        &self.key
    }
}

/// Keeps parts out of an upload for as long as it lives.
struct Joining<'a> {
    inner: &'a Inner,
    id: String,
}

impl Drop for Joining<'_> {
    fn drop(&mut self) {
        let mut joining = self.inner.joining();
        if let Some(calls) = joining.get_mut(&self.id) {
            *calls -= 1;
            if *calls == 0 {
                joining.remove(&self.id);
            }
        }
    }
}

impl Inner {
    pub(super) fn create_multipart(&self, key: &ObjectKey) -> Result<String> {
        let id = UploadId::generate(key);
        let folder = self.layout.parts(&id);
        let make = || -> io::Result<()> {
            fs::create_dir(&folder)?;
            File::create(self.layout.open_mark(&id))?.sync_all()?;
            sync_folder(&folder)?;
            settle(&folder)
        };
        make().map_err(errors::io)?;
        Ok(id.text)
    }

    /// Gives what was received a part's name; it replaces an earlier one of the same number. `None` while
    /// the upload is being joined: the object would be of other bytes than its checksum.
    pub(super) fn publish_part(
        &self,
        id: &UploadId,
        number: u32,
        received: Received,
    ) -> Result<Option<Seal>> {
        let path = self.layout.part(id, number);
        let taken = self.change(|| {
            self.require_open(id)?;
            if self.is_joining(id) {
                return Ok(false);
            }
            received.file.publish(&path).map(|()| true).map_err(errors::io)
        })?;
        if !taken {
            return Ok(None);
        }
        settle(&path).map_err(errors::io)?;
        Ok(Some(received.seal))
    }

    /// The open uploads after this one, in the order of their ids.
    pub(super) fn list_multiparts(&self, after: Option<&str>, limit: usize) -> Result<MultipartsPage> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(self.layout.all_parts()).map_err(errors::io)? {
            let name = entry.map_err(errors::io)?.file_name();
            let id = name.to_str().and_then(|name| UploadId::from_folder(name).ok());
            ids.extend(id.filter(|id| after.is_none_or(|after| id.as_str() > after)));
        }
        ids.sort_unstable_by(|one, other| one.text.cmp(&other.text));
        let next = (ids.len() > limit).then(|| &ids[limit - 1]);
        let next =
            next.map(|last| MultipartMarker { key: last.key.to_string(), multipart_id: last.text.clone() });
        ids.truncate(limit);
        let mut uploads = Vec::with_capacity(ids.len());
        for id in ids {
            // One that ended meanwhile is left out, as one that was completed.
            let begun = fs::metadata(self.layout.open_mark(&id)).and_then(|mark| mark.modified());
            if let (Ok(()), Ok(begun)) = (self.require_open(&id), begun) {
                let begun_at = Timestamp::from(begun);
                uploads.push(OpenMultipart { key: id.key, multipart_id: id.text, begun_at });
            }
        }
        Ok(MultipartsPage { uploads, next })
    }

    /// The parts that have arrived, by number.
    pub(super) fn list_parts(&self, id: &UploadId) -> Result<Vec<StoredPart>> {
        self.require_open(id)?;
        let mut parts = Vec::new();
        for entry in fs::read_dir(self.layout.parts(id)).map_err(errors::io)? {
            let entry = entry.map_err(errors::io)?;
            let Some(number) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            let seal = sealed::read(&entry.path())?;
            parts.push(StoredPart {
                number,
                size: ByteCount(seal.size),
                checksum: Some(seal.checksum().value),
                etag: seal.etag(),
            });
        }
        parts.sort_unstable_by_key(|part| part.number);
        Ok(parts)
    }

    /// Joins the parts that are named, by number and tag in rising order.
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
        let _joining = self.begin_joining(id);
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

    /// Gives an upload up, durably.
    pub(super) fn abort_multipart(&self, id: &UploadId) -> Result<()> {
        let folder = self.layout.parts(id);
        let ended = self.change(|| match self.require_open(id) {
            // Without the mark the folder is nobody's, also for a process that dies right here.
            Ok(()) => fs::remove_file(self.layout.open_mark(id)).map(|()| true).map_err(errors::io),
            Err(ObjectError::NotFound) => Ok(false),
            Err(error) => Err(error),
        })?;
        if ended {
            fs::remove_dir_all(&folder).map_err(errors::io)?;
            settle(&folder).map_err(errors::io)?;
        }
        Ok(())
    }

    /// From here on the upload takes no part, until what is given is dropped.
    fn begin_joining(&self, id: &UploadId) -> Joining<'_> {
        // In the order of other changes: a part that is being given its name has it before.
        self.change(|| *self.joining().entry(id.text.clone()).or_default() += 1);
        Joining { inner: self, id: id.text.clone() }
    }

    fn is_joining(&self, id: &UploadId) -> bool {
        self.joining().contains_key(&id.text)
    }

    fn joining(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.joining.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join(&self, id: &UploadId, named: Vec<(u32, String)>) -> Result<Seal> {
        let mut joined = Seal {
            size: 0,
            crc64nvme: Crc64Nvme(0),
            other: None,
            upload: Some(id.text.clone()),
            parts: Vec::with_capacity(named.len()),
        };
        let mut others = Vec::with_capacity(named.len());
        for (number, etag) in named {
            let part = match sealed::read(&self.layout.part(id, number)) {
                Ok(part) if part.etag() == etag.trim_matches('"') => part,
                Ok(_) | Err(ObjectError::NotFound) => {
                    self.require_open(id)?;
                    return Err(ObjectError::BadPart);
                }
                Err(error) => return Err(error),
            };
            let combined =
                checksum_combine(CrcAlgorithm::Crc64Nvme, joined.crc64nvme.0, part.crc64nvme.0, part.size);
            joined.crc64nvme = Crc64Nvme(combined);
            joined.size += part.size;
            joined.parts.push(SealedPart(number, part.size));
            others.push(part.other);
        }
        if let Some(Some(other)) = others.first() {
            joined.other = checksums::over_parts(other.algorithm(), others.into_iter());
        }
        Ok(joined)
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

    fn require_open(&self, id: &UploadId) -> Result<()> {
        let open = self.layout.open_mark(id).exists() && !self.layout.is_completed(id).map_err(errors::io)?;
        if open { Ok(()) } else { Err(ObjectError::NotFound) }
    }
}
