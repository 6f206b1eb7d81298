//! Pictures that the window shows.

/// Endings of names behind which such a picture may be.
const ENDINGS: [&str; 7] = ["png", "jpg", "jpeg", "jpe", "gif", "webp", "avif"];

/// A picture of a kind that the web view draws and that can run nothing. What kind it is, its first bytes say; never its
/// name, nor what its uploader said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Media type (RFC 9110 §8.3).
    pub media_type: &'static str,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// Whether a file of this name is worth looking at.
    pub(crate) fn may_be(name: &str) -> bool {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending))
    }

    /// `None` for anything else.
    pub(crate) fn of(bytes: Vec<u8>) -> Option<Self> {
        Some(Self { media_type: kind_of(&bytes)?, bytes })
    }
}

fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    let brand = |brand: &[u8]| bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12) == Some(brand);
    Some(match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ if brand(b"avif") || brand(b"avis") => "image/avif",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_say_what_it_is_and_drawings_that_run_are_none() {
        let kind = |bytes: &[u8]| Picture::of(bytes.to_vec()).map(|picture| picture.media_type);
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n..."), Some("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(kind(b"GIF89a"), Some("image/gif"));
        assert_eq!(kind(b"RIFF\x00\x00\x00\x00WEBPVP8 "), Some("image/webp"));
        assert_eq!(kind(b"\x00\x00\x00\x1cftypavif"), Some("image/avif"));
        for other in
            [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"", b"RIFF\x00\x00\x00\x00WAVE", b"<html>"]
        {
            assert_eq!(kind(other), None);
        }
        assert!(Picture::may_be("Photo.JPEG") && !Picture::may_be("drawing.svg") && !Picture::may_be("png"));
    }
}
