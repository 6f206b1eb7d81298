//! The checksums that a request or a seal names, and those that the bytes have.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest as _, Md5};
use notespot_protocol::{Checksum as Kept, ChecksumAlgorithm, Crc64Nvme};
use s3s::checksum::ChecksumHasher;
use s3s::dto::{Checksum, PutObjectInput, UploadPartInput};

use super::sealed::Seal;
use crate::{ObjectError, Result};

/// What is said of some bytes. All in base64, as the headers have them.
#[derive(Default)]
pub(super) struct Named {
    pub(super) length: Option<u64>,
    crc32: Option<String>,
    crc32c: Option<String>,
    crc64nvme: Option<String>,
    sha1: Option<String>,
    sha256: Option<String>,
    md5: Option<String>,
}

macro_rules! named_in {
    ($input:expr) => {
        Named {
            length: $input.content_length.and_then(|length| u64::try_from(length).ok()),
            crc32: $input.checksum_crc32.clone(),
            crc32c: $input.checksum_crc32c.clone(),
            crc64nvme: $input.checksum_crc64nvme.clone(),
            sha1: $input.checksum_sha1.clone(),
            sha256: $input.checksum_sha256.clone(),
            md5: $input.content_md5.clone(),
        }
    };
}

impl From<&PutObjectInput> for Named {
    fn from(input: &PutObjectInput) -> Self {
        named_in!(input)
    }
}

impl From<&UploadPartInput> for Named {
    fn from(input: &UploadPartInput) -> Self {
        named_in!(input)
    }
}

/// What was recorded of bytes that are read again.
impl From<&Seal> for Named {
    fn from(seal: &Seal) -> Self {
        let other = |algorithm| {
            seal.other.filter(|other| other.algorithm() == algorithm).map(|other| other.to_base64())
        };
        Self {
            length: Some(seal.size),
            crc64nvme: Some(seal.crc64nvme.to_string()),
            crc32c: other(ChecksumAlgorithm::Crc32c),
            sha256: other(ChecksumAlgorithm::Sha256),
            ..Self::default()
        }
    }
}

/// Follows the bytes as they are written, or read again. Computes CRC-64/NVME always, and whatever else was
/// named.
pub(super) struct Following {
    named: Named,
    size: u64,
    crc64nvme: crc_fast::Digest,
    others: ChecksumHasher,
    md5: Option<Md5>,
}

impl Following {
    pub(super) fn new(named: Named) -> Self {
        let others = ChecksumHasher {
            crc32: named.crc32.is_some().then(s3s::crypto::Checksum::new),
            crc32c: named.crc32c.is_some().then(s3s::crypto::Checksum::new),
            sha1: named.sha1.is_some().then(s3s::crypto::Checksum::new),
            sha256: named.sha256.is_some().then(s3s::crypto::Checksum::new),
            crc64nvme: None,
        };
        let md5 = named.md5.is_some().then(Md5::new);
        let crc64nvme = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc64Nvme);
        Self { named, size: 0, crc64nvme, others, md5 }
    }

    /// Takes the next bytes; refuses more than were announced.
    pub(super) fn update(&mut self, bytes: &[u8]) -> Result<()> {
        self.size += bytes.len() as u64;
        if self.named.length.is_some_and(|length| self.size > length) {
            return Err(ObjectError::Truncated);
        }
        self.crc64nvme.update(bytes);
        self.others.update(bytes);
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
        Ok(())
    }

    /// Compares; gives what the bytes are.
    pub(super) fn finish(self) -> Result<Seal> {
        if self.named.length.is_some_and(|length| self.size != length) {
            return Err(ObjectError::Truncated);
        }
        let crc64nvme = Crc64Nvme(self.crc64nvme.finalize());
        let Checksum { checksum_crc32, checksum_crc32c, checksum_sha1, checksum_sha256, .. } =
            self.others.finalize();
        let md5 = self.md5.map(|md5| BASE64_STANDARD.encode(md5.finalize()));
        let right = self.named.crc64nvme.as_ref().is_none_or(|named| *named == crc64nvme.to_string())
            && self.named.crc32 == checksum_crc32
            && self.named.crc32c == checksum_crc32c
            && self.named.sha1 == checksum_sha1
            && self.named.sha256 == checksum_sha256
            && self.named.md5 == md5;
        if !right {
            return Err(ObjectError::ChecksumMismatch);
        }
        let kept = |algorithm, text: Option<String>| Kept::from_base64(algorithm, &text?).ok();
        let other = kept(ChecksumAlgorithm::Crc32c, checksum_crc32c)
            .or_else(|| kept(ChecksumAlgorithm::Sha256, checksum_sha256));
        Ok(Seal { size: self.size, crc64nvme, other, upload: None, parts: Vec::new() })
    }
}
