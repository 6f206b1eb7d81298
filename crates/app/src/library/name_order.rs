//! Names in the order that people expect, and texts as they are searched.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Longer runs of digits are compared as if they had this many.
const DIGITS_MAX: usize = 99;

/// A text whose byte order is the order of names: without regard to case and accents at first,
/// numbers by their value (`Report 2` before `Report 10`), and the name itself to decide.
pub(crate) fn sort_key(name: &str) -> String {
    let base = name.nfkd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase);
    let mut key = String::with_capacity(name.len() * 2);
    let mut digits = String::new();
    for c in base {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        push_number(&mut key, &mut digits);
        key.push(c);
    }
    push_number(&mut key, &mut digits);
    key.push('\u{1}');
    key.extend(name.nfc());
    key
}

/// Numbers of more digits are larger: their count goes first, behind a `0`, so that they still sort
/// before letters.
fn push_number(key: &mut String, digits: &mut String) {
    if digits.is_empty() {
        return;
    }
    let value = digits.trim_start_matches('0');
    // Writing to a String cannot fail.
    let _ = write!(key, "0{:02}{value}", value.len().min(DIGITS_MAX));
    digits.clear();
}

/// A text as it is searched: composed (NFC) and in lower case.
pub(crate) fn folded(text: &str) -> String {
    text.nfc().flat_map(char::to_lowercase).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut names: Vec<&str>) -> Vec<&str> {
        names.sort_by_key(|name| sort_key(name));
        names
    }

    #[test]
    fn numbers_count_by_value() {
        let names = vec!["Report 10.pdf", "report 2.pdf", "Report 1.pdf", "Report 007.pdf"];
        let expected = ["Report 1.pdf", "report 2.pdf", "Report 007.pdf", "Report 10.pdf"];
        assert_eq!(sorted(names), expected);
    }

    #[test]
    fn accents_and_case_do_not_tear_names_apart() {
        let names = vec!["Zebra", "\u{c4}pfel", "apfel", "Birne", "\u{e4}pfel 2"];
        assert_eq!(sorted(names), ["apfel", "\u{c4}pfel", "\u{e4}pfel 2", "Birne", "Zebra"]);
    }

    #[test]
    fn a_search_finds_both_ways_of_writing_a_letter() {
        assert_eq!(folded("MU\u{308}LLER"), folded("m\u{fc}ller"));
    }
}
