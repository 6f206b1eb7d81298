//! Objects in parts.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum_combine};
use hyper::header::{ETAG, HeaderValue};
use hyper::{Response, StatusCode};

use crate::answers::{Answered, empty, escaped, refusal, xml};
use crate::content::Answer;
use crate::records::{Object, Part, Store, Upload};
use crate::request::CRC64NVME;
use crate::request::{Asked, elements};

pub(crate) fn create(store: &Store, asked: &Asked) -> Response<Answer> {
    let mut records = store.records();
    let id = format!("upload-{}", records.number());
    records.uploads.insert(id.clone(), Upload { name: asked.name(), parts: BTreeMap::new() });
    xml(&format!(
        "<InitiateMultipartUploadResult><Bucket>{}</Bucket><Key>{}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>",
        escaped(&asked.bucket),
        escaped(&asked.key),
    ))
}

pub(crate) async fn put_part(store: &Store, mut asked: Asked) -> Answered {
    let size = asked.discard().await?;
    let Some(number) = asked.asks("partNumber").and_then(|number| number.parse::<u32>().ok()) else {
        return Ok(refusal(StatusCode::BAD_REQUEST, "InvalidArgument"));
    };
    let crc64nvme = asked.header(CRC64NVME).map(str::to_owned);
    let mut records = store.records();
    records.bytes_in += size;
    let Some(upload) = asked.asks("uploadId").and_then(|id| records.uploads.get_mut(id)) else {
        return Ok(refusal(StatusCode::NOT_FOUND, "NoSuchUpload"));
    };
    let mut response = empty(StatusCode::OK);
    if let Ok(etag) = HeaderValue::try_from(etag_of(number)) {
        response.headers_mut().insert(ETAG, etag);
    }
    if let Some(Ok(crc)) = crc64nvme.as_ref().map(HeaderValue::try_from) {
        response.headers_mut().insert(CRC64NVME, crc);
    }
    upload.parts.insert(number, Part { size, crc64nvme });
    Ok(response)
}

pub(crate) async fn complete(store: &Store, mut asked: Asked) -> Answered {
    let text = asked.text().await?;
    let mut records = store.records();
    let Some(upload) = asked.asks("uploadId").and_then(|id| records.uploads.get(id)) else {
        return Ok(refusal(StatusCode::NOT_FOUND, "NoSuchUpload"));
    };
    let named = elements(&text, "PartNumber").map(|number| upload.parts.get(&number.parse().ok()?));
    let Some(parts) = named.collect::<Option<Vec<_>>>().filter(|parts| !parts.is_empty()) else {
        return Ok(refusal(StatusCode::BAD_REQUEST, "InvalidPart"));
    };
    let size = parts.iter().map(|part| part.size).sum();
    let said = asked.header(CRC64NVME);
    let made = combined(&parts);
    if let (Some(said), Some(made)) = (said, &made)
        && said != made
    {
        return Ok(refusal(StatusCode::BAD_REQUEST, "BadDigest"));
    }
    let crc64nvme = made.or_else(|| said.map(str::to_owned));
    let name = upload.name.clone();
    let object = Object { size, crc64nvme, etag: records.etag() };
    let answer = completed(&asked, &object);
    records.objects.insert(name, object);
    asked.asks("uploadId").and_then(|id| records.uploads.remove(id));
    Ok(answer)
}

pub(crate) fn abort(store: &Store, asked: &Asked) -> Response<Answer> {
    match asked.asks("uploadId").and_then(|id| store.records().uploads.remove(id)) {
        Some(_) => empty(StatusCode::NO_CONTENT),
        None => refusal(StatusCode::NOT_FOUND, "NoSuchUpload"),
    }
}

/// The tag of a part: the same for whatever was sent, which is not kept.
pub(crate) fn etag_of(number: u32) -> String {
    format!("\"part-{number}\"")
}

fn completed(asked: &Asked, object: &Object) -> Response<Answer> {
    let crc = object.crc64nvme.as_ref();
    let crc = crc.map_or_else(String::new, |crc| {
        format!("<ChecksumCRC64NVME>{crc}</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>")
    });
    xml(&format!(
        "<CompleteMultipartUploadResult><Bucket>{}</Bucket><Key>{}</Key><ETag>{}</ETag>{crc}</CompleteMultipartUploadResult>",
        escaped(&asked.bucket),
        escaped(&asked.key),
        escaped(&object.etag),
    ))
}

/// The whole object's checksum, made of its parts'; nothing when one of them has none.
fn combined(parts: &[&Part]) -> Option<String> {
    let mut all: Option<u64> = None;
    for part in parts {
        let bytes = STANDARD.decode(part.crc64nvme.as_ref()?).ok()?;
        let crc = u64::from_be_bytes(bytes.try_into().ok()?);
        all =
            Some(all.map_or(crc, |before| checksum_combine(CrcAlgorithm::Crc64Nvme, before, crc, part.size)));
    }
    all.map(|crc| STANDARD.encode(crc.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_all_follows_from_those_of_the_parts() {
        let said =
            |bytes: &[u8]| STANDARD.encode(crc_fast::checksum(CrcAlgorithm::Crc64Nvme, bytes).to_be_bytes());
        let part = |bytes: &[u8]| Part { size: bytes.len() as u64, crc64nvme: Some(said(bytes)) };
        let parts = [part(b"one, "), part(b""), part(b"two")];
        assert_eq!(combined(&parts.iter().collect::<Vec<_>>()), Some(said(b"one, two")));
        let unknown = Part { size: 1, crc64nvme: None };
        assert_eq!(combined(&[&parts[0], &unknown]), None);
    }
}
