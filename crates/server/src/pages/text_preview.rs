//! The beginning of a text file, to be written into the page.

use std::time::Duration;

use futures_util::StreamExt as _;
use notespot_objects::{ObjectError, ObjectKey, ObjectRange, ObjectStore};

/// As much as a person looks at before downloading.
pub(super) const SHOWN_BYTES: u64 = 64 * 1024;
const WITHIN: Duration = Duration::from_secs(5);

/// The first [`SHOWN_BYTES`] as text; `None` if they are not UTF-8 text, or are not to be had in time:
/// then the page shows the file's kind instead.
pub(super) async fn beginning(objects: &dyn ObjectStore, key: &str, size: u64) -> Option<String> {
    if size == 0 {
        return None;
    }
    match tokio::time::timeout(WITHIN, read(objects, key, size.min(SHOWN_BYTES))).await {
        Ok(Ok(bytes)) => as_text(bytes, size > SHOWN_BYTES),
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "no text preview");
            None
        }
        Err(_) => {
            tracing::warn!(within_secs = WITHIN.as_secs(), "a text preview took too long");
            None
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("the object store refused")]
    Store(#[from] ObjectError),
    #[error("the stream broke off")]
    Io(#[from] std::io::Error),
}

async fn read(objects: &dyn ObjectStore, key: &str, wanted: u64) -> Result<Vec<u8>, ReadError> {
    let range = ObjectRange { first: 0, last: wanted - 1 };
    let mut stream = objects.read(&ObjectKey::parse(key)?, Some(range)).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece?);
    }
    Ok(bytes)
}

fn as_text(mut bytes: Vec<u8>, cut: bool) -> Option<String> {
    // A cut may have gone through a character.
    if cut
        && let Err(error) = std::str::from_utf8(&bytes)
        && error.error_len().is_none()
    {
        bytes.truncate(error.valid_up_to());
    }
    let text = String::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
    let binary = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}');
    (!text.chars().any(binary)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_through_a_character_is_not_an_error() {
        assert_eq!(as_text(b"caf\xc3".to_vec(), true).as_deref(), Some("caf"));
        assert_eq!(as_text(b"caf\xc3".to_vec(), false), None);
    }

    #[test]
    fn bytes_that_are_no_text_are_not_shown() {
        assert_eq!(as_text(b"\x7fELF\0\0".to_vec(), false), None);
        assert_eq!(as_text(b"\xef\xbb\xbfa\n".to_vec(), false).as_deref(), Some("a\n"));
    }
}
