//! What a browser can show of a file, by its media type. The type is the uploader's word: it decides
//! what is tried, never what is allowed to run.

const ARCHIVES: [&str; 8] =
    ["zip", "gzip", "x-tar", "x-7z-compressed", "x-rar-compressed", "vnd.rar", "x-xz", "zstd"];
const DOCUMENTS: [&str; 5] = [
    "msword",
    "vnd.openxmlformats-officedocument.wordprocessingml.document",
    "vnd.oasis.opendocument.text",
    "rtf",
    "epub+zip",
];
const TABLES: [&str; 3] = [
    "vnd.ms-excel",
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "vnd.oasis.opendocument.spreadsheet",
];
const PRESENTATIONS: [&str; 3] = [
    "vnd.ms-powerpoint",
    "vnd.openxmlformats-officedocument.presentationml.presentation",
    "vnd.oasis.opendocument.presentation",
];

/// How a file is shown on its public page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preview {
    /// As a picture.
    Image,
    /// In the browser's player.
    Audio,
    /// In the browser's player.
    Video,
    /// Its beginning, as text, written into the page by the server.
    Text,
}

/// How a file of this media type is shown; `None` where its name and size must do.
///
/// Only these are delivered for display; everything else is an attachment. SVG is not among them: it
/// is a document that can hold scripts.
#[must_use]
pub fn preview_of(content_type: &str) -> Option<Preview> {
    let (kind, rest) = essence(content_type)?;
    match (kind.as_str(), rest.as_str()) {
        ("image", "png" | "jpeg" | "gif" | "webp" | "avif" | "bmp" | "x-icon" | "vnd.microsoft.icon") => {
            Some(Preview::Image)
        }
        ("audio", "mpeg" | "mp4" | "aac" | "ogg" | "opus" | "flac" | "x-flac" | "wav" | "x-wav" | "webm") => {
            Some(Preview::Audio)
        }
        ("video", "mp4" | "webm" | "ogg") => Some(Preview::Video),
        ("text", _) => Some(Preview::Text),
        ("application", rest) if is_text(rest) => Some(Preview::Text),
        _ => None,
    }
}

/// What a person calls it.
pub(super) fn kind_of(content_type: &str, name: &str) -> String {
    let (kind, rest) = essence(content_type).unwrap_or_default();
    let fixed = match (kind.as_str(), rest.as_str()) {
        ("application", "pdf") => "PDF document",
        ("application", rest) if ARCHIVES.contains(&rest) => "Archive",
        ("application", rest) if DOCUMENTS.contains(&rest) => "Document",
        ("application", rest) if TABLES.contains(&rest) => "Table",
        ("application", rest) if PRESENTATIONS.contains(&rest) => "Presentation",
        ("text", "csv") => "Table",
        ("image", _) => "Image",
        ("audio", _) => "Audio",
        ("video", _) => "Video",
        ("font", _) => "Font",
        ("text", "html") => "Web page",
        ("text", _) => "Text",
        ("application", rest) if is_text(rest) => "Text",
        _ => return by_extension(name),
    };
    fixed.to_owned()
}

fn by_extension(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension))
            if !stem.is_empty()
                && (1..=8).contains(&extension.len())
                && extension.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            format!("{} file", extension.to_ascii_uppercase())
        }
        _ => "File".to_owned(),
    }
}

fn is_text(rest: &str) -> bool {
    matches!(
        rest,
        "json" | "xml" | "toml" | "yaml" | "x-yaml" | "javascript" | "sql" | "x-sh" | "x-tex" | "graphql"
    ) || rest.ends_with("+json")
        || (rest.ends_with("+xml") && rest != "xhtml+xml")
}

fn essence(content_type: &str) -> Option<(String, String)> {
    let essence = content_type.split(';').next()?.trim().to_ascii_lowercase();
    let (kind, rest) = essence.split_once('/')?;
    Some((kind.to_owned(), rest.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_can_show_is_shown() {
        assert_eq!(preview_of("image/PNG"), Some(Preview::Image));
        assert_eq!(preview_of("audio/mpeg"), Some(Preview::Audio));
        assert_eq!(preview_of("video/mp4; codecs=avc1"), Some(Preview::Video));
        assert_eq!(preview_of("text/html; charset=utf-8"), Some(Preview::Text));
        assert_eq!(preview_of("application/ld+json"), Some(Preview::Text));
    }

    #[test]
    fn what_could_run_is_not_shown() {
        for content_type in ["image/svg+xml", "application/pdf", "application/xhtml+xml", "", "png", "a/b/c"]
        {
            assert_eq!(preview_of(content_type), None, "{content_type}");
        }
    }

    #[test]
    fn kinds_read_as_people_say_them() {
        assert_eq!(kind_of("application/pdf", "a.pdf"), "PDF document");
        assert_eq!(kind_of("application/octet-stream", "disk.iso"), "ISO file");
        assert_eq!(kind_of("application/octet-stream", ".profile"), "File");
        assert_eq!(kind_of("nonsense", "Makefile"), "File");
    }
}
