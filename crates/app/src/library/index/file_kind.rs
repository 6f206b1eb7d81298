//! What sort of file it is, as people say.

/// What sort of file it is. By its name's ending, which people see, and else by its media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    Pdf,
    Image,
    Video,
    Audio,
    Document,
    Spreadsheet,
    Presentation,
    Archive,
    Text,
    Other,
}

const BY_ENDING: [(FileKind, &[&str]); 9] = [
    (FileKind::Pdf, &["pdf"]),
    (
        FileKind::Image,
        &[
            "jpg", "jpeg", "png", "gif", "webp", "avif", "heic", "heif", "svg", "bmp", "tif", "tiff", "ico",
            "raw", "cr2", "nef", "arw", "dng", "psd",
        ],
    ),
    (FileKind::Video, &["mp4", "mov", "mkv", "webm", "avi", "m4v", "mpg", "mpeg", "wmv", "3gp", "ogv"]),
    (FileKind::Audio, &["mp3", "flac", "wav", "ogg", "oga", "opus", "m4a", "aac", "aiff", "wma", "mid"]),
    (FileKind::Document, &["doc", "docx", "odt", "rtf", "pages", "epub", "mobi", "tex"]),
    (FileKind::Spreadsheet, &["xls", "xlsx", "ods", "csv", "tsv", "numbers"]),
    (FileKind::Presentation, &["ppt", "pptx", "odp", "key"]),
    (FileKind::Archive, &["zip", "tar", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar", "iso", "dmg", "jar"]),
    (
        FileKind::Text,
        &[
            "txt", "md", "log", "json", "yaml", "yml", "toml", "xml", "html", "css", "js", "ts", "rs", "py",
            "c", "h", "cpp", "java", "go", "rb", "sh", "sql", "ini", "conf",
        ],
    ),
];

const BY_MEDIA_TYPE: [(&str, FileKind); 6] = [
    ("application/pdf", FileKind::Pdf),
    ("image/", FileKind::Image),
    ("video/", FileKind::Video),
    ("audio/", FileKind::Audio),
    ("text/", FileKind::Text),
    ("application/zip", FileKind::Archive),
];

impl FileKind {
    pub(crate) fn of(name: &str, media_type: &str) -> Self {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let by_ending = BY_ENDING.iter().find(|(_, endings)| {
            endings.iter().any(|known| known.len() == ending.len() && known.eq_ignore_ascii_case(ending))
        });
        let by_media_type = || BY_MEDIA_TYPE.iter().find(|(start, _)| media_type.starts_with(start));
        by_ending
            .map(|(kind, _)| *kind)
            .or_else(|| by_media_type().map(|(_, kind)| *kind))
            .unwrap_or(Self::Other)
    }

    /// What a person may call it in a search, in lower case.
    pub(crate) fn called(word: &str) -> Option<Self> {
        Some(match word {
            "pdf" | "pdfs" => Self::Pdf,
            "image" | "images" | "photo" | "photos" | "picture" | "pictures" => Self::Image,
            "video" | "videos" | "movie" | "movies" => Self::Video,
            "audio" | "music" | "sound" | "sounds" => Self::Audio,
            "document" | "documents" => Self::Document,
            "spreadsheet" | "spreadsheets" | "sheet" | "sheets" | "table" | "tables" => Self::Spreadsheet,
            "presentation" | "presentations" | "slides" => Self::Presentation,
            "archive" | "archives" => Self::Archive,
            "text" | "code" => Self::Text,
            "other" => Self::Other,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_more_than_the_media_type() {
        assert_eq!(FileKind::of("Plan.PDF", "application/octet-stream"), FileKind::Pdf);
        assert_eq!(FileKind::of("table.csv", "text/plain"), FileKind::Spreadsheet);
        assert_eq!(FileKind::of("scan", "image/png"), FileKind::Image);
        assert_eq!(FileKind::of("\u{65e5}.\u{672c}", ""), FileKind::Other);
    }
}
