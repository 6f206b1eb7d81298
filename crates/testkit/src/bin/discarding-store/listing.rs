//! Lists of objects and of parts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Bound;

use hyper::{Response, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::answers::{LAST_MODIFIED_ISO, escaped, refusal, xml};
use crate::content::Answer;
use crate::multipart::etag_of;
use crate::records::{Object, Store};
use crate::request::Asked;

const PAGE: usize = 1000;
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What a bucket is asked with GET: its objects, or one of its settings.
pub(crate) fn bucket(store: &Store, asked: &Asked) -> Response<Answer> {
    if asked.bucket.is_empty() {
        return xml("<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>");
    }
    if asked.asks("location").is_some() {
        return xml("<LocationConstraint></LocationConstraint>");
    }
    if asked.asks("uploads").is_some() {
        return xml(
            "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>",
        );
    }
    if asked.asks("versioning").is_some() {
        return xml("<VersioningConfiguration></VersioningConfiguration>");
    }
    objects(store, asked)
}

/// Both versions of the list: the second counts its keys, and calls its marker a token.
fn objects(store: &Store, asked: &Asked) -> Response<Answer> {
    let prefix = asked.asks("prefix").unwrap_or_default();
    let after = ["continuation-token", "start-after", "marker"].iter().find_map(|name| asked.asks(name));
    let most = asked.asks("max-keys").and_then(|most| most.parse().ok()).unwrap_or(PAGE).min(PAGE);
    let page = page(
        &store.records().objects,
        &format!("{}/", asked.bucket),
        prefix,
        asked.asks("delimiter").filter(|delimiter| !delimiter.is_empty()),
        after.unwrap_or_default(),
        most,
    );
    let encoded = asked.asks("encoding-type") == Some("url");
    let shown = |key: &str| {
        if encoded { utf8_percent_encode(key, KEPT).to_string() } else { escaped(key) }
    };
    let mut text = format!(
        "<ListBucketResult><Name>{}</Name><Prefix>{}</Prefix><MaxKeys>{most}</MaxKeys><KeyCount>{}</KeyCount><IsTruncated>{}</IsTruncated>",
        escaped(&asked.bucket),
        shown(prefix),
        page.objects.len() + page.folders.len(),
        page.next.is_some(),
    );
    if encoded {
        text.push_str("<EncodingType>url</EncodingType>");
    }
    if let Some(next) = &page.next {
        let _ = write!(
            text,
            "<NextContinuationToken>{}</NextContinuationToken><NextMarker>{}</NextMarker>",
            escaped(next),
            shown(next)
        );
    }
    for (key, object) in &page.objects {
        let _ = write!(
            text,
            "<Contents><Key>{}</Key><LastModified>{LAST_MODIFIED_ISO}</LastModified><ETag>{}</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
            shown(key),
            escaped(&object.etag),
            object.size
        );
    }
    for folder in &page.folders {
        let _ = write!(text, "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", shown(folder));
    }
    text.push_str("</ListBucketResult>");
    xml(&text)
}

#[derive(Debug, Default)]
struct Page {
    objects: Vec<(String, Object)>,
    folders: Vec<String>,
    /// What the next page comes after.
    next: Option<String>,
}

fn page(
    all: &BTreeMap<String, Object>,
    bucket: &str,
    prefix: &str,
    delimiter: Option<&str>,
    after: &str,
    most: usize,
) -> Page {
    let mut page = Page::default();
    let whole = format!("{bucket}{prefix}");
    let mut bound = if after.is_empty() {
        Bound::Included(whole.clone())
    } else {
        Bound::Excluded(format!("{bucket}{after}").max(whole.clone()))
    };
    while let Some((name, object)) = all.range((bound.clone(), Bound::Unbounded)).next() {
        if !name.starts_with(&whole) {
            break;
        }
        let key = &name[bucket.len()..];
        if page.objects.len() + page.folders.len() == most {
            let last = page.objects.last().map(|(key, _)| key).max(page.folders.last());
            page.next = last.cloned();
            break;
        }
        let folder = delimiter.and_then(|delimiter| {
            let at = key[prefix.len()..].find(delimiter)?;
            Some(key[..prefix.len() + at + delimiter.len()].to_owned())
        });
        if let Some(folder) = folder {
            // Everything in it is passed over: U+10FFFF is behind every name.
            bound = Bound::Excluded(format!("{bucket}{folder}\u{10ffff}"));
            if folder != after {
                page.folders.push(folder);
            }
        } else {
            bound = Bound::Excluded(name.clone());
            page.objects.push((key.to_owned(), object.clone()));
        }
    }
    page
}

/// The parts of an upload that have arrived, a page of them.
pub(crate) fn parts(store: &Store, asked: &Asked) -> Response<Answer> {
    let id = asked.asks("uploadId").unwrap_or_default();
    let records = store.records();
    let Some(upload) = records.uploads.get(id) else {
        return refusal(StatusCode::NOT_FOUND, "NoSuchUpload");
    };
    let after: u32 = asked.asks("part-number-marker").and_then(|marker| marker.parse().ok()).unwrap_or(0);
    let found: Vec<_> = upload.parts.range(after.saturating_add(1)..).take(PAGE + 1).collect();
    let more = found.len() > PAGE;
    let mut text = format!(
        "<ListPartsResult><Bucket>{}</Bucket><Key>{}</Key><UploadId>{id}</UploadId><MaxParts>{PAGE}</MaxParts><IsTruncated>{more}</IsTruncated>",
        escaped(&asked.bucket),
        escaped(&asked.key)
    );
    for (number, part) in found.iter().take(PAGE) {
        let crc = part.crc64nvme.as_ref();
        let crc = crc.map_or_else(String::new, |crc| format!("<ChecksumCRC64NVME>{crc}</ChecksumCRC64NVME>"));
        let _ = write!(
            text,
            "<Part><PartNumber>{number}</PartNumber><LastModified>{LAST_MODIFIED_ISO}</LastModified><ETag>{}</ETag><Size>{}</Size>{crc}</Part>",
            escaped(&etag_of(**number)),
            part.size
        );
    }
    if let (true, Some((last, _))) = (more, found.get(PAGE - 1)) {
        let _ = write!(text, "<NextPartNumberMarker>{last}</NextPartNumberMarker>");
    }
    text.push_str("</ListPartsResult>");
    xml(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(prefix: &str, delimiter: Option<&str>, most: usize) -> Vec<String> {
        let object = Object { size: 1, crc64nvme: None, etag: String::new() };
        let names = ["b/a", "b/c/1", "b/c/2", "b/d", "b/e/1", "c/a"];
        let all = names.iter().map(|name| ((*name).to_owned(), object.clone())).collect();
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = page(&all, "b/", prefix, delimiter, &after, most);
            found.extend(page.objects.into_iter().map(|(key, _)| key));
            found.extend(page.folders);
            let Some(next) = page.next else { return found };
            after = next;
        }
    }

    #[test]
    fn a_list_is_the_same_in_pages_of_any_size() {
        for most in 1..7 {
            assert_eq!(listed("", None, most), ["a", "c/1", "c/2", "d", "e/1"]);
            assert_eq!(listed("c/", None, most), ["c/1", "c/2"]);
            let mut folders = listed("", Some("/"), most);
            folders.sort();
            assert_eq!(folders, ["a", "c/", "d", "e/"], "pages of {most}");
        }
    }
}
