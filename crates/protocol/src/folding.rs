//! Texts as they are searched.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A text without case, accents and ways of writing a letter: what is found for `resume` is found for `Résumé`.
/// Control characters become spaces, so that they can stand between texts.
///
/// Compatibility forms (NFKD, UAX #15) count as what they stand for: `ﬁ` as `fi`, `①` as `1`.
pub fn fold(text: &str, into: &mut Vec<u8>) {
    if text.is_ascii() {
        into.extend(
            text.bytes().map(|byte| if byte.is_ascii_control() { b' ' } else { byte.to_ascii_lowercase() }),
        );
        return;
    }
    // Lower case of some letters is a letter and a mark: marks go last.
    let letters = text.nfkd().flat_map(char::to_lowercase).nfkd().filter(|&c| !is_combining_mark(c));
    let mut bytes = [0; 4];
    for letter in letters {
        let letter = if letter.is_control() { ' ' } else { letter };
        into.extend_from_slice(letter.encode_utf8(&mut bytes).as_bytes());
    }
}

/// See [`fold`].
#[must_use]
pub fn folded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    fold(text, &mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) {
        assert_eq!(folded(one), folded(other), "{one} {other}");
    }

    #[test]
    fn both_ways_of_writing_a_letter_are_one() {
        same("MU\u{308}LLER", "m\u{fc}ller");
        same("R\u{e9}sum\u{e9}.PDF", "resume.pdf");
        same("\u{130}stanbul", "istanbul");
        same("\u{fb01}le \u{2460}", "file 1");
    }

    #[test]
    fn scripts_without_case_are_found_as_they_are() {
        for text in ["\u{65e5}\u{672c}\u{8a9e}", "\u{05e9}\u{05dc}\u{05d5}\u{05dd}", "\u{0928}"] {
            assert_eq!(folded(text), text.as_bytes());
        }
    }

    #[test]
    fn nothing_that_separates_texts_comes_through() {
        assert_eq!(folded("a\nb\u{1}\u{e9}\u{2}"), b"a b e ");
    }
}
