//! The S3 protocol: what presigned requests and S3 clients reach.

use notespot_protocol::{Checksum, ChecksumAlgorithm, Crc64Nvme};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumType, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput,
    DeleteObjectInput, DeleteObjectOutput, ETag, GetObjectInput, GetObjectOutput, HeadObjectInput,
    HeadObjectOutput, ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectsV2Input,
    ListObjectsV2Output, ListPartsInput, ListPartsOutput, MultipartUpload, Part, PutObjectInput,
    PutObjectOutput, Range, StreamingBlob, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};

use super::checksums::Named;
use super::multipart::UploadId;
use super::sealed::Seal;
use super::{BUCKET, EmbeddedStore, errors, sealed};
use crate::{ObjectKey, ObjectRange};

const PARTS_PAGE_MAX: i32 = 1000;
const UPLOADS_PAGE_MAX: i32 = 1000;
const PART_NUMBER_MAX: i32 = 10_000;

/// What every object is to whoever reads it here. The uploader's word is not kept: played back from the
/// server's own origin, it would decide what runs there.
const CONTENT_TYPE: &str = "application/octet-stream";

#[async_trait::async_trait]
impl S3 for EmbeddedStore {
    async fn put_object(&self, req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let mut input = req.input;
        let key = key(&input.bucket, &input.key)?;
        if input.if_match.is_some() || input.if_none_match.is_some() {
            return Err(s3_error!(NotImplemented, "Conditional writes are not supported by this store."));
        }
        let named = Named::from(&input);
        let body = input.body.take().ok_or_else(|| s3_error!(IncompleteBody))?;
        let received = self.receive(body, named).await.map_err(no_key)?;
        let seal = self.publish_object(key, received).await.map_err(no_key)?;
        Ok(S3Response::new(PutObjectOutput {
            e_tag: Some(ETag::Strong(seal.etag())),
            checksum_crc64nvme: Some(seal.crc64nvme.to_string()),
            checksum_type: Some(full_object()),
            ..PutObjectOutput::default()
        }))
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = req.input;
        let key = key(&input.bucket, &input.key)?;
        let range = match input.range {
            Some(range) => Some(self.resolve(&key, range).await?),
            None => None,
        };
        let object = self.open_object(&key, range).await.map_err(no_key)?;
        let Seal { size, crc64nvme, .. } = object.seal.clone();
        let content_range = range.map(|ObjectRange { first, last }| format!("bytes {first}-{last}/{size}"));
        Ok(S3Response::new(GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(signed(object.length)),
            // A checksum of the whole says nothing of a part.
            checksum_crc64nvme: content_range.is_none().then(|| crc64nvme.to_string()),
            checksum_type: content_range.is_none().then(full_object),
            content_range,
            content_type: Some(CONTENT_TYPE.to_owned()),
            e_tag: Some(ETag::Strong(object.seal.etag())),
            body: Some(StreamingBlob::wrap(object.bytes)),
            ..GetObjectOutput::default()
        }))
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let seal = self.seal(&key(&req.input.bucket, &req.input.key)?).await?;
        let others = Others::of(&seal);
        Ok(S3Response::new(HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(signed(seal.size)),
            checksum_crc32c: others.crc32c,
            checksum_sha256: others.sha256,
            checksum_crc64nvme: Some(seal.crc64nvme.to_string()),
            checksum_type: Some(others.checksum_type),
            e_tag: Some(ETag::Strong(seal.etag())),
            content_type: Some(CONTENT_TYPE.to_owned()),
            ..HeadObjectOutput::default()
        }))
    }

    async fn delete_object(
        &self,
        req: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let key = key(&req.input.bucket, &req.input.key)?;
        self.on_files(move |inner| inner.delete_object(&key)).await.map_err(no_key)?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn list_objects_v2(
        &self,
        req: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        if req.input.bucket != BUCKET {
            return Err(s3_error!(NoSuchBucket));
        }
        Ok(S3Response::new(self.list(req.input).await?))
    }

    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let key = key(&req.input.bucket, &req.input.key)?;
        let id = self.on_files(move |inner| inner.create_multipart(&key)).await.map_err(no_key)?;
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(req.input.bucket),
            key: Some(req.input.key),
            upload_id: Some(id),
            checksum_algorithm: req.input.checksum_algorithm,
            checksum_type: req.input.checksum_type,
            ..CreateMultipartUploadOutput::default()
        }))
    }

    async fn upload_part(&self, req: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let mut input = req.input;
        let id = upload_id(&input.bucket, &input.key, &input.upload_id)?;
        let number = match input.part_number {
            number @ 1..=PART_NUMBER_MAX => number.unsigned_abs(),
            _ => return Err(s3_error!(InvalidArgument, "Part numbers go from 1 to 10,000.")),
        };
        let named = Named::from(&input);
        let body = input.body.take().ok_or_else(|| s3_error!(IncompleteBody))?;
        let received = self.receive(body, named).await.map_err(no_upload)?;
        let seal =
            self.on_files(move |inner| inner.publish_part(&id, number, received)).await.map_err(no_upload)?;
        // Sent again, it finds the upload completed, or open because that did not work.
        let seal = seal.ok_or_else(|| s3_error!(SlowDown, "The upload is being completed."))?;
        Ok(S3Response::new(UploadPartOutput {
            e_tag: Some(ETag::Strong(seal.etag())),
            checksum_crc64nvme: Some(seal.crc64nvme.to_string()),
            ..UploadPartOutput::default()
        }))
    }

    async fn list_parts(&self, req: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        let input = req.input;
        let id = upload_id(&input.bucket, &input.key, &input.upload_id)?;
        let after = input.part_number_marker.map_or(0, i32::unsigned_abs);
        let limit = input.max_parts.unwrap_or(PARTS_PAGE_MAX).clamp(1, PARTS_PAGE_MAX);
        let mut parts = self.on_files(move |inner| inner.list_parts(&id)).await.map_err(no_upload)?;
        parts.retain(|part| part.number > after);
        let more = parts.len() > limit.unsigned_abs() as usize;
        parts.truncate(limit.unsigned_abs() as usize);
        Ok(S3Response::new(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            max_parts: Some(limit),
            is_truncated: Some(more),
            next_part_number_marker: parts
                .last()
                .filter(|_| more)
                .and_then(|part| i32::try_from(part.number).ok()),
            parts: Some(parts.into_iter().map(part).collect()),
            ..ListPartsOutput::default()
        }))
    }

    async fn list_multipart_uploads(
        &self,
        req: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        let input = req.input;
        if input.bucket != BUCKET {
            return Err(s3_error!(NoSuchBucket));
        }
        if input.prefix.is_some() || input.delimiter.is_some() {
            return Err(s3_error!(NotImplemented, "Keys have no structure here."));
        }
        let limit = input.max_uploads.unwrap_or(UPLOADS_PAGE_MAX).clamp(1, UPLOADS_PAGE_MAX).unsigned_abs();
        // Ids begin with their key, and sort as S3 lists uploads: by key, then by id.
        let after = input.upload_id_marker.or(input.key_marker.map(|key| format!("{key}~")));
        let page = self
            .on_files(move |inner| inner.list_multiparts(after.as_deref(), limit as usize))
            .await
            .map_err(no_upload)?;
        let upload = |open: crate::OpenMultipart| MultipartUpload {
            key: Some(open.key.to_string()),
            upload_id: Some(open.multipart_id),
            initiated: Some(std::time::SystemTime::from(open.begun_at).into()),
            ..MultipartUpload::default()
        };
        Ok(S3Response::new(ListMultipartUploadsOutput {
            bucket: Some(input.bucket),
            is_truncated: Some(page.next.is_some()),
            next_key_marker: page.next.as_ref().map(|next| next.key.clone()),
            next_upload_id_marker: page.next.map(|next| next.multipart_id),
            uploads: Some(page.uploads.into_iter().map(upload).collect()),
            ..ListMultipartUploadsOutput::default()
        }))
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = req.input;
        let id = upload_id(&input.bucket, &input.key, &input.upload_id)?;
        let wanted = match input.checksum_crc64nvme.as_deref().map(str::parse::<Crc64Nvme>) {
            Some(Ok(wanted)) => Some(Checksum::Crc64Nvme(wanted)),
            Some(Err(_)) => return Err(s3_error!(InvalidRequest, "This is not a CRC-64/NVME.")),
            None => None,
        };
        let parts = input.multipart_upload.and_then(|list| list.parts).unwrap_or_default();
        let named = parts
            .into_iter()
            .map(|part| {
                let number = part.part_number.and_then(|number| u32::try_from(number).ok());
                Some((number?, part.e_tag?.into_value()))
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| s3_error!(MalformedXML))?;
        let seal = self
            .on_files(move |inner| inner.complete_multipart(&id, named, wanted))
            .await
            .map_err(no_upload)?;
        let others = Others::of(&seal);
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(ETag::Strong(seal.etag())),
            checksum_crc32c: others.crc32c,
            checksum_sha256: others.sha256,
            checksum_crc64nvme: Some(seal.crc64nvme.to_string()),
            checksum_type: Some(others.checksum_type),
            ..CompleteMultipartUploadOutput::default()
        }))
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let id = upload_id(&req.input.bucket, &req.input.key, &req.input.upload_id)?;
        self.on_files(move |inner| inner.abort_multipart(&id)).await.map_err(no_upload)?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }
}

impl EmbeddedStore {
    async fn seal(&self, key: &ObjectKey) -> S3Result<Seal> {
        let path = self.inner.layout.object(key);
        self.on_files(move |_| sealed::read(&path)).await.map_err(no_key)
    }

    /// A range as a request has it, within the object as it is.
    async fn resolve(&self, key: &ObjectKey, range: Range) -> S3Result<ObjectRange> {
        let size = self.seal(key).await?.size;
        let within = range.check(size).map_err(|_| s3_error!(InvalidRange))?;
        Ok(ObjectRange { first: within.start, last: within.end.saturating_sub(1) })
    }
}

fn key(bucket: &str, key: &str) -> S3Result<ObjectKey> {
    if bucket != BUCKET {
        return Err(s3_error!(NoSuchBucket));
    }
    ObjectKey::parse(key).map_err(no_key)
}

fn upload_id(bucket: &str, object: &str, id: &str) -> S3Result<UploadId> {
    UploadId::parse(&key(bucket, object)?, id).map_err(no_upload)
}

fn part(part: crate::StoredPart) -> Part {
    let text =
        |algorithm| part.checksum.filter(|sum| sum.algorithm() == algorithm).map(|sum| sum.to_base64());
    Part {
        part_number: i32::try_from(part.number).ok(),
        size: Some(signed(part.size.get())),
        e_tag: Some(ETag::Strong(part.etag)),
        checksum_crc32c: text(ChecksumAlgorithm::Crc32c),
        checksum_crc64nvme: text(ChecksumAlgorithm::Crc64Nvme),
        checksum_sha256: text(ChecksumAlgorithm::Sha256),
        ..Part::default()
    }
}

pub(super) fn no_key(error: crate::ObjectError) -> S3Error {
    errors::s3(error, S3ErrorCode::NoSuchKey)
}

fn no_upload(error: crate::ObjectError) -> S3Error {
    errors::s3(error, S3ErrorCode::NoSuchUpload)
}

fn full_object() -> ChecksumType {
    ChecksumType::from_static(ChecksumType::FULL_OBJECT)
}

/// What an answer says besides the CRC-64/NVME: at most one is there.
struct Others {
    crc32c: Option<String>,
    sha256: Option<String>,
    checksum_type: ChecksumType,
}

impl Others {
    fn of(seal: &Seal) -> Self {
        let said = seal.checksum();
        let text = |algorithm| (said.value.algorithm() == algorithm).then(|| said.to_text());
        let composite = || ChecksumType::from_static(ChecksumType::COMPOSITE);
        Self {
            crc32c: text(ChecksumAlgorithm::Crc32c),
            sha256: text(ChecksumAlgorithm::Sha256),
            checksum_type: said.parts.map_or_else(full_object, |_| composite()),
        }
    }
}

pub(super) fn signed(length: u64) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
