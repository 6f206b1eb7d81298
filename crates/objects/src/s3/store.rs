//! A bucket as an [`ObjectStore`].

use std::cmp::Reverse;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::types::{
    ChecksumAlgorithm as S3Algorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
    MultipartUpload, Part,
};
use futures_util::stream::try_unfold;
use notespot_protocol::{ByteCount, Checksum, ChecksumAlgorithm, PartToSend, PresignedRequest, Timestamp};

use super::credentials::Signing;
use super::errors::{failed, lacks};
use super::probe::Checks;
use super::{Encryption, S3Store};
use crate::presign::Presigner;
use crate::{
    ByteStream, CompletePart, MultipartMarker, MultipartsPage, ObjectError, ObjectInfo, ObjectKey,
    ObjectRange, ObjectStore, OpenMultipart, Result, StoredChecksum, StoredPart, checksums,
};

#[async_trait]
impl ObjectStore for S3Store {
    async fn checksum_algorithm(&self) -> Result<ChecksumAlgorithm> {
        Ok(self.learned().await?.algorithm)
    }

    async fn presign_put(
        &self,
        key: &ObjectKey,
        part: &PartToSend,
        valid: Duration,
    ) -> Result<PresignedRequest> {
        let signing = self.credentials.get().await?;
        Ok(self.presigner(&signing, valid).put(key, part))
    }

    async fn presign_part(
        &self,
        key: &ObjectKey,
        multipart_id: &str,
        part: &PartToSend,
        valid: Duration,
    ) -> Result<PresignedRequest> {
        let signing = self.credentials.get().await?;
        Ok(self.presigner(&signing, valid).part(key, multipart_id, part))
    }

    async fn presign_get(&self, key: &ObjectKey, valid: Duration) -> Result<PresignedRequest> {
        let signing = self.credentials.get().await?;
        Ok(self.presigner(&signing, valid).get(key))
    }

    async fn create_multipart(&self, key: &ObjectKey, checksum: ChecksumAlgorithm) -> Result<String> {
        let call = self.client.create_multipart_upload().bucket(&self.name).key(key.as_str());
        let algorithm = match checksum {
            ChecksumAlgorithm::Crc64Nvme => S3Algorithm::Crc64Nvme,
            ChecksumAlgorithm::Crc32c => S3Algorithm::Crc32C,
            ChecksumAlgorithm::Sha256 => S3Algorithm::Sha256,
        };
        let call = call.checksum_algorithm(algorithm).checksum_type(checksum_type(checksum));
        let encryption = self.encryption.as_ref();
        let call = call
            .set_server_side_encryption(encryption.map(Encryption::algorithm))
            .set_ssekms_key_id(encryption.and_then(Encryption::key).map(str::to_owned));
        let begun = call.send().await.map_err(failed)?;
        begun.upload_id.ok_or_else(|| lacks("an upload id"))
    }

    async fn holds_what_was_presigned(&self) -> bool {
        self.learned().await.is_ok_and(|learned| learned.checks == Checks::Refuses)
    }

    async fn list_parts(&self, key: &ObjectKey, multipart_id: &str) -> Result<Vec<StoredPart>> {
        let call = self.client.list_parts().bucket(&self.name).key(key.as_str()).upload_id(multipart_id);
        let mut pages = call.into_paginator().send();
        let mut parts: Vec<Part> = Vec::new();
        while let Some(page) = pages.next().await {
            parts.extend(page.map_err(failed)?.parts.unwrap_or_default());
        }
        // `SeaweedFS` lists a part that came twice as two: the last counts, as far as its seconds tell.
        parts.sort_by_key(|part| (part.part_number, Reverse(part.last_modified)));
        parts.dedup_by_key(|part| part.part_number);
        parts.into_iter().map(stored).collect()
    }

    async fn complete_multipart(
        &self,
        key: &ObjectKey,
        multipart_id: &str,
        parts: &[CompletePart],
        checksum: Checksum,
    ) -> Result<()> {
        let algorithm = checksum.algorithm();
        let listed = checksums::over_parts(algorithm, parts.iter().map(|part| part.checksum));
        if listed.is_some_and(|listed| listed != checksum) {
            return Err(ObjectError::ChecksumMismatch);
        }
        let call = self.client.complete_multipart_upload().bucket(&self.name).key(key.as_str());
        let list = CompletedMultipartUpload::builder().set_parts(Some(parts.iter().map(completed).collect()));
        let mut call = call.upload_id(multipart_id).multipart_upload(list.build());
        // One over the parts is not for the store to compare: it has no header, and `Garage` refuses a type
        // without one.
        if !algorithm.is_composite() {
            call = call.checksum_crc64_nvme(checksum.to_base64()).checksum_type(ChecksumType::FullObject);
        }
        let joined = call.send().await.map_err(failed)?;
        let said = said(joined.checksum_crc64_nvme, joined.checksum_crc32_c, joined.checksum_sha256)?;
        let announced = StoredChecksum::of_parts(checksum, u32::try_from(parts.len()).unwrap_or(u32::MAX));
        if said.is_some_and(|said| said.contradicts(&announced)) {
            // It is an object by now, and nobody's file.
            self.delete(key).await?;
            return Err(ObjectError::ChecksumMismatch);
        }
        Ok(())
    }

    async fn list_multiparts(&self, from: Option<&MultipartMarker>) -> Result<MultipartsPage> {
        let call = self.client.list_multipart_uploads().bucket(&self.name);
        let call = call
            .set_key_marker(from.map(|marker| marker.key.clone()))
            .set_upload_id_marker(from.map(|marker| marker.multipart_id.clone()));
        let page = call.send().await.map_err(failed)?;
        // Other programs' uploads have keys of another form, and are theirs to end.
        let uploads = page.uploads.unwrap_or_default().into_iter().filter_map(open).collect();
        let next = match (page.is_truncated, page.next_key_marker) {
            (Some(true), Some(key)) => {
                Some(MultipartMarker { key, multipart_id: page.next_upload_id_marker.unwrap_or_default() })
            }
            _ => None,
        };
        Ok(MultipartsPage { uploads, next })
    }

    async fn abort_multipart(&self, key: &ObjectKey, multipart_id: &str) -> Result<()> {
        let call = self.client.abort_multipart_upload().bucket(&self.name).key(key.as_str());
        gone(call.upload_id(multipart_id).send().await.map_err(failed).map(drop))
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectInfo> {
        let call = self.client.head_object().bucket(&self.name).key(key.as_str());
        let found = call.checksum_mode(ChecksumMode::Enabled).send().await.map_err(failed)?;
        let size = found.content_length.and_then(|length| u64::try_from(length).ok());
        Ok(ObjectInfo {
            size: ByteCount(size.ok_or_else(|| lacks("a length"))?),
            checksum: said(found.checksum_crc64_nvme, found.checksum_crc32_c, found.checksum_sha256)?,
        })
    }

    async fn head_many(&self, keys: &[ObjectKey]) -> Vec<Result<ObjectInfo>> {
        self.look_up(keys).await
    }

    async fn read(&self, key: &ObjectKey, range: Option<ObjectRange>) -> Result<ByteStream> {
        let call = self.client.get_object().bucket(&self.name).key(key.as_str());
        let range = range.map(|ObjectRange { first, last }| format!("bytes={first}-{last}"));
        let found = call.set_range(range).send().await.map_err(failed)?;
        Ok(Box::pin(try_unfold(found.body, |mut body| async move {
            let bytes = body.next().await.transpose().map_err(std::io::Error::other)?;
            Ok(bytes.map(|bytes| (bytes, body)))
        })))
    }

    async fn delete(&self, key: &ObjectKey) -> Result<()> {
        let call = self.client.delete_object().bucket(&self.name).key(key.as_str());
        gone(call.send().await.map_err(failed).map(drop))
    }

    async fn check(&self) -> Result<()> {
        self.client.head_bucket().bucket(&self.name).send().await.map_err(failed)?;
        Ok(())
    }
}

impl S3Store {
    /// What is signed holds for as long as its credentials do, and no longer than is wanted.
    fn presigner<'a>(&'a self, signing: &'a Signing, wanted: Duration) -> Presigner<'a> {
        Presigner {
            bucket: &self.bucket,
            credentials: &signing.credentials,
            valid: signing.left.map_or(wanted, |left| left.min(wanted)),
            of_object: &self.of_object,
        }
    }
}

/// What is gone already is as it should be.
fn gone(outcome: Result<()>) -> Result<()> {
    match outcome {
        Err(ObjectError::NotFound) => Ok(()),
        outcome => outcome,
    }
}

fn open(upload: MultipartUpload) -> Option<OpenMultipart> {
    let begun_at = upload.initiated?.to_millis().ok()?;
    Some(OpenMultipart {
        key: ObjectKey::parse(&upload.key?).ok()?,
        multipart_id: upload.upload_id?,
        begun_at: Timestamp::from_millis(begun_at),
    })
}

fn checksum_type(algorithm: ChecksumAlgorithm) -> ChecksumType {
    if algorithm.is_composite() { ChecksumType::Composite } else { ChecksumType::FullObject }
}

fn said(
    crc64nvme: Option<String>,
    crc32c: Option<String>,
    sha256: Option<String>,
) -> Result<Option<StoredChecksum>> {
    StoredChecksum::read(crc64nvme, crc32c, sha256).map_err(|_| lacks("a checksum that can be read"))
}

fn completed(part: &CompletePart) -> CompletedPart {
    let named = CompletedPart::builder()
        .part_number(i32::try_from(part.number).unwrap_or(i32::MAX))
        .e_tag(&part.etag);
    let text = || part.checksum.map(|checksum| checksum.to_base64());
    let named = match part.checksum.map(|checksum| checksum.algorithm()) {
        Some(ChecksumAlgorithm::Crc64Nvme) => named.set_checksum_crc64_nvme(text()),
        Some(ChecksumAlgorithm::Crc32c) => named.set_checksum_crc32_c(text()),
        Some(ChecksumAlgorithm::Sha256) => named.set_checksum_sha256(text()),
        None => named,
    };
    named.build()
}

fn stored(part: Part) -> Result<StoredPart> {
    let number = part.part_number.and_then(|number| u32::try_from(number).ok());
    let size = part.size.and_then(|size| u64::try_from(size).ok());
    let checksum = said(part.checksum_crc64_nvme, part.checksum_crc32_c, part.checksum_sha256)?;
    Ok(StoredPart {
        number: number.ok_or_else(|| lacks("a part's number"))?,
        size: ByteCount(size.ok_or_else(|| lacks("a part's size"))?),
        checksum: checksum.map(|checksum| checksum.value),
        etag: part.e_tag.ok_or_else(|| lacks("a part's tag"))?,
    })
}
