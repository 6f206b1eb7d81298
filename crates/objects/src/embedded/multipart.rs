//! Multipart uploads.

use std::fs::{self, File};
use std::io;

use notespot_protocol::{ByteCount, Timestamp};
use rand::RngExt as _;

use super::layout::sync_folder;
use super::put::Received;
use super::sealed::{self, Seal};
use super::temporary::settle;
use super::{Inner, errors};
use crate::{MultipartMarker, MultipartsPage, ObjectError, ObjectKey, OpenMultipart, Result, StoredPart};

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

    /// The parts that have arrived, by number. Their data is not looked at.
    pub(super) fn list_parts(&self, id: &UploadId) -> Result<Vec<StoredPart>> {
        self.require_open(id)?;
        let mut parts = Vec::new();
        for entry in fs::read_dir(self.layout.parts(id)).map_err(errors::io)? {
            let entry = entry.map_err(errors::io)?;
            let Some(number) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            // One without a seal has to be sent again: it counts as one that has not arrived.
            let seal = match sealed::look(&entry.path()) {
                Ok(Some(seal)) => seal,
                Ok(None) => {
                    tracing::warn!(upload = id.as_str(), number, "a part is damaged");
                    continue;
                }
                Err(ObjectError::NotFound) => {
                    self.require_open(id)?;
                    continue;
                }
                Err(error) => return Err(error),
            };
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

    pub(super) fn require_open(&self, id: &UploadId) -> Result<()> {
        let open = self.layout.open_mark(id).exists() && !self.layout.is_completed(id).map_err(errors::io)?;
        if open { Ok(()) } else { Err(ObjectError::NotFound) }
    }
}
