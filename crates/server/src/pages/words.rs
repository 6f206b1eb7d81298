//! Values as people write them.

use notespot_protocol::{Sha256, Timestamp};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Without the marks that turn the direction of what follows (Unicode Bidi overrides, embeddings and
/// isolates): with them, `photo\u{202e}gpj.exe` reads as a picture. Direction itself needs no marks.
pub(super) fn plain(text: &str) -> String {
    text.replace(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'), "")
}

/// `22 November 2026`, in UTC.
pub(super) fn day(time: Timestamp) -> String {
    let text = time.to_string();
    let date = text.split('T').next().unwrap_or_default();
    let mut parts = date.rsplitn(3, '-');
    let day = parts.next().and_then(|day| day.parse::<u8>().ok());
    let month = parts.next().and_then(|month| month.parse::<usize>().ok());
    match (day, month.and_then(|month| MONTHS.get(month.wrapping_sub(1))), parts.next()) {
        (Some(day), Some(month), Some(year)) => format!("{day} {month} {year}"),
        _ => date.to_owned(),
    }
}

/// `9f2c 04b1 … e41b`: enough to compare at a glance.
pub(super) fn short(sha256: &Sha256) -> String {
    let digits = sha256.to_string();
    format!("{} {} … {}", &digits[..4], &digits[4..8], &digits[60..])
}

/// In groups of eight, to be compared with a finger on the screen.
pub(super) fn groups(sha256: &Sha256) -> Vec<String> {
    let digits = sha256.to_string();
    (0..digits.len()).step_by(8).map(|at| digits[at..at + 8].to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_out() {
        assert_eq!(day("2026-11-02T23:59:59.999Z".parse().unwrap()), "2 November 2026");
    }

    #[test]
    fn a_name_cannot_hide_its_extension() {
        assert_eq!(plain("photo\u{202e}gpj.exe"), "photogpj.exe");
        assert_eq!(plain("\u{5ea}\u{5e8}.pdf"), "\u{5ea}\u{5e8}.pdf");
    }

    #[test]
    fn a_checksum_is_shortened_and_whole() {
        let sha256: Sha256 = "9f2c04b1".repeat(8).parse().unwrap();
        assert_eq!(short(&sha256), "9f2c 04b1 … 04b1");
        assert_eq!(groups(&sha256).concat(), sha256.to_string());
    }
}
