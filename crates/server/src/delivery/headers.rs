//! What public files are sent with, so that they cannot run as the site.

use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use notespot_protocol::{Content, NodeName};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::pages::{Preview, preview_of};

/// How a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// To be saved.
    Attachment,
    /// To be shown in a page.
    Inline,
}

/// What may stay as it is in `filename*` (RFC 8187 §3.2.1, `attr-char`).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The headers; `None` where the file is not one of those that are shown.
pub(super) fn of(name: &NodeName, content: &Content, shape: Shape) -> Option<HeaderMap> {
    let content_type = match (shape, preview_of(&content.content_type)) {
        (Shape::Inline, None) => return None,
        (_, Some(Preview::Text)) => "text/plain; charset=utf-8",
        (_, Some(_)) => content.content_type.as_str(),
        (Shape::Attachment, None) => "application/octet-stream",
    };
    let disposition = match shape {
        Shape::Attachment => attachment(name),
        Shape::Inline => "inline".to_owned(),
    };
    let policy = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'";
    let headers = [
        (CONTENT_TYPE, HeaderValue::try_from(content_type).ok()?),
        (CONTENT_DISPOSITION, HeaderValue::try_from(disposition).ok()?),
        (ETAG, HeaderValue::try_from(etag(content)).ok()?),
        (ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        // Ending the link must end it everywhere.
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    Some(HeaderMap::from_iter(headers))
}

/// Names the content: its SHA-256.
pub(super) fn etag(content: &Content) -> String {
    format!("\"{}\"", content.sha256)
}

/// RFC 6266: a name for old programs, and the exact one.
fn attachment(name: &NodeName) -> String {
    let plain: String = name
        .as_str()
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' })
        .collect();
    let exact = utf8_percent_encode(name.as_str(), ENCODED);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reaches_the_other_side() {
        let name = NodeName::new("Übung \"3\" \u{1f4c8}.pdf").unwrap();
        assert_eq!(
            attachment(&name),
            "attachment; filename=\"_bung _3_ _.pdf\"; filename*=UTF-8''%C3%9Cbung%20%223%22%20%F0%9F%93%88.pdf"
        );
    }
}
