//! A request, taken apart.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crc_fast::{CrcAlgorithm, Digest};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::http::HeaderMap;
use hyper::{Method, Request};
use percent_encoding::percent_decode_str;
use url::form_urlencoded;

/// The header that carries a CRC-64/NVME.
pub(crate) const CRC64NVME: &str = "x-amz-checksum-crc64nvme";
/// The longest text that is read: a list of 10,000 parts with their checksums, or of 1,000 keys.
const TEXT_BYTES: usize = 4 * 1024 * 1024;

/// The client went away, or sent a text that is too long.
#[derive(Debug)]
pub(crate) struct BrokenOff;

/// One request for a bucket or an object.
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) bucket: String,
    /// Empty: the bucket itself.
    pub(crate) key: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Incoming,
}

impl Asked {
    pub(crate) fn new(request: Request<Incoming>) -> Self {
        let (head, body) = request.into_parts();
        let path = percent_decode_str(head.uri.path().trim_start_matches('/')).decode_utf8_lossy();
        let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
        let query = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
        Self {
            method: head.method,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            query: query.into_owned().collect(),
            headers: head.headers,
            body,
        }
    }

    /// Bucket and key, under which the object is recorded.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.bucket, self.key)
    }

    /// What the query says of this.
    pub(crate) fn asks(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(said, _)| said == name).map(|(_, value)| value.as_str())
    }

    /// A header, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Reads all of the body and keeps none of it. Gives the content's length: what is sent in signed
    /// chunks has frames around it, and says its own length.
    pub(crate) async fn discard(&mut self) -> Result<u64, BrokenOff> {
        let bytes = self.follow(|_| {}).await?;
        let said = self.header("x-amz-decoded-content-length").and_then(|said| said.parse().ok());
        Ok(said.unwrap_or(bytes))
    }

    /// The same; also whether the content has the checksum that its header announces. What is sent in
    /// signed chunks is not looked at.
    pub(crate) async fn discard_verified(&mut self) -> Result<(u64, bool), BrokenOff> {
        let announced = self.header(CRC64NVME).map(str::to_owned);
        let Some(announced) = announced.filter(|_| self.header("x-amz-decoded-content-length").is_none())
        else {
            return Ok((self.discard().await?, true));
        };
        let mut digest = Digest::new(CrcAlgorithm::Crc64Nvme);
        let bytes = self.follow(|data| digest.update(data)).await?;
        Ok((bytes, BASE64_STANDARD.encode(digest.finalize().to_be_bytes()) == announced))
    }

    /// Reads all of the body, piece by piece; how much that was.
    async fn follow(&mut self, mut each: impl FnMut(&[u8])) -> Result<u64, BrokenOff> {
        let mut bytes = 0;
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|_| BrokenOff)?;
            if let Some(data) = frame.data_ref() {
                each(data);
                bytes += data.len() as u64;
            }
        }
        Ok(bytes)
    }

    /// Reads the body as a text.
    pub(crate) async fn text(&mut self) -> Result<String, BrokenOff> {
        let mut text = Vec::new();
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|_| BrokenOff)?;
            text.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
            if text.len() > TEXT_BYTES {
                return Err(BrokenOff);
            }
        }
        String::from_utf8(text).map_err(|_| BrokenOff)
    }
}

/// What stands in these elements of an XML text, in order.
pub(crate) fn elements<'a>(text: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut rest = text;
    std::iter::from_fn(move || {
        let begin = rest.find(&open)? + open.len();
        let end = begin + rest[begin..].find(&close)?;
        let found = &rest[begin..end];
        rest = &rest[end..];
        Some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_in_order() {
        let text = "<a><Key>one</Key><Other/><Key>two</Key></a>";
        assert_eq!(elements(text, "Key").collect::<Vec<_>>(), ["one", "two"]);
    }
}
