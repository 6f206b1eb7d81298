//! Whole objects.

use hyper::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderValue, LAST_MODIFIED};
use hyper::{Response, StatusCode};

use crate::answers::{self, Answered, empty, refusal, xml};
use crate::content::Answer;
use crate::records::{Object, Store};
use crate::request::{Asked, CRC64NVME, elements};

pub(crate) async fn put(store: &Store, mut asked: Asked) -> Answered {
    let (size, is_as_announced) = asked.discard_verified().await?;
    if !is_as_announced {
        return Ok(refusal(StatusCode::BAD_REQUEST, "BadDigest"));
    }
    let crc64nvme = asked.header(CRC64NVME).map(str::to_owned);
    let mut records = store.records();
    records.bytes_in += size;
    let object = Object { size, crc64nvme, etag: records.etag() };
    let mut response = empty(StatusCode::OK);
    describe(&mut response, &object);
    records.objects.insert(asked.name(), object);
    Ok(response)
}

pub(crate) fn head(store: &Store, asked: &Asked) -> Response<Answer> {
    let Some(object) = store.records().objects.get(&asked.name()).cloned() else {
        return empty(StatusCode::NOT_FOUND);
    };
    let mut response = empty(StatusCode::OK);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(object.size));
    describe(&mut response, &object);
    response
}

pub(crate) fn get(store: &Store, asked: &Asked) -> Response<Answer> {
    let Some(object) = store.records().objects.get(&asked.name()).cloned() else {
        return refusal(StatusCode::NOT_FOUND, "NoSuchKey");
    };
    let range = asked.header("range").map(|range| stretch(range, object.size));
    let (first, end) = match range {
        None => (0, object.size),
        Some(Some(stretch)) => stretch,
        Some(None) => return refusal(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange"),
    };
    store.records().bytes_out += end - first;
    let mut response =
        Response::new(Answer::Stretch { block: store.block.clone(), at: first, left: end - first });
    describe(&mut response, &object);
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let said = format!("bytes {first}-{}/{}", end - 1, object.size);
        if let Ok(said) = HeaderValue::try_from(said) {
            response.headers_mut().insert(CONTENT_RANGE, said);
        }
    }
    response
}

pub(crate) async fn delete_many(store: &Store, mut asked: Asked) -> Answered {
    let text = asked.text().await?;
    let mut records = store.records();
    for key in elements(&text, "Key") {
        let key = key.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        records.objects.remove(&format!("{}/{key}", asked.bucket));
    }
    let mut deleted = String::new();
    for key in elements(&text, "Key") {
        deleted.extend(["<Deleted><Key>", key, "</Key></Deleted>"]);
    }
    Ok(xml(&format!("<DeleteResult>{deleted}</DeleteResult>")))
}

fn describe(response: &mut Response<Answer>, object: &Object) {
    let headers = response.headers_mut();
    headers.insert(LAST_MODIFIED, HeaderValue::from_static(answers::LAST_MODIFIED));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(etag) = HeaderValue::try_from(&object.etag) {
        headers.insert(ETAG, etag);
    }
    if let Some(Ok(crc)) = object.crc64nvme.as_ref().map(HeaderValue::try_from) {
        headers.insert(CRC64NVME, crc);
        headers.insert("x-amz-checksum-type", HeaderValue::from_static("FULL_OBJECT"));
    }
}

/// First byte, and the one after the last, of a range in an object of `size` bytes (RFC 9110 §14.1.2).
fn stretch(range: &str, size: u64) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let stretch = match (first, last) {
        ("", last) => (size.saturating_sub(last.parse().ok()?), size),
        (first, "") => (first.parse().ok()?, size),
        (first, last) => (first.parse().ok()?, last.parse::<u64>().ok()?.saturating_add(1).min(size)),
    };
    (stretch.0 < stretch.1).then_some(stretch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_in_their_three_forms() {
        assert_eq!(stretch("bytes=0-9", 100), Some((0, 10)));
        assert_eq!(stretch("bytes=90-200", 100), Some((90, 100)));
        assert_eq!(stretch("bytes=90-", 100), Some((90, 100)));
        assert_eq!(stretch("bytes=-5", 100), Some((95, 100)));
        assert_eq!(stretch("bytes=100-", 100), None);
    }
}
