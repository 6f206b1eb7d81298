//! Names in the order that people expect.

use icu_collator::options::CollatorOptions;
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use icu_locale_core::Locale;

use super::LibraryError;

/// Changes when keys of the same name and locale may: with the library that makes them.
const MADE_BY: &str = "icu4x 2.4";

/// How names are sorted for people of one locale: by the Unicode Collation Algorithm with CLDR's rules for it
/// (UTS #10, UTS #35), and numbers by their value, so that `2.pdf` comes before `10.pdf`.
pub(crate) struct Collation {
    collator: CollatorBorrowed<'static>,
    name: String,
}

impl std::fmt::Debug for Collation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Collation").field(&self.name).finish()
    }
}

impl Collation {
    /// For a locale such as `sv-SE`. One that nobody knows is sorted by the rules that all have in common.
    pub(crate) fn of(locale: &str) -> Result<Self, LibraryError> {
        let locale = Locale::try_from_str(locale).unwrap_or(Locale::UNKNOWN);
        let mut preferences = CollatorPreferences::from(&locale);
        preferences.numeric_ordering = Some(CollationNumericOrdering::True);
        let collator = Collator::try_new(preferences, CollatorOptions::default())
            .map_err(|_| LibraryError::Unusable("there are no rules to sort by"))?;
        Ok(Self { collator, name: format!("{MADE_BY}, {locale}") })
    }

    /// Names the rules: keys of rules with another name are not comparable.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Bytes whose order is the order of names. Names that differ in nothing that people see have the same.
    pub(super) fn key(&self, name: &str) -> Vec<u8> {
        let mut key = Vec::with_capacity(name.len() + 8);
        // A Vec takes everything.
        let Ok(()) = self.collator.write_sort_key_to(name, &mut key);
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted<'a>(locale: &str, mut names: Vec<&'a str>) -> Vec<&'a str> {
        let collation = Collation::of(locale).unwrap();
        names.sort_by_key(|name| collation.key(name));
        names
    }

    #[test]
    fn numbers_count_by_value() {
        let names = vec!["Report 10.pdf", "report 2.pdf", "Report 1.pdf", "Report 007.pdf"];
        let expected = ["Report 1.pdf", "report 2.pdf", "Report 007.pdf", "Report 10.pdf"];
        assert_eq!(sorted("en-GB", names), expected);
        assert_eq!(sorted("", vec!["10.pdf", "9.pdf", "2.pdf"]), ["2.pdf", "9.pdf", "10.pdf"]);
    }

    #[test]
    fn accents_and_case_do_not_tear_names_apart() {
        let names = vec!["Zebra", "\u{c4}pfel", "apfel", "Birne", "\u{e4}pfel 2"];
        assert_eq!(sorted("de", names), ["apfel", "\u{c4}pfel", "\u{e4}pfel 2", "Birne", "Zebra"]);
    }

    #[test]
    fn a_letter_stands_where_the_locale_has_it() {
        let names = vec!["\u{c4}pple", "Zebra", "Apa"];
        assert_eq!(sorted("sv-SE", names.clone()), ["Apa", "Zebra", "\u{c4}pple"]);
        assert_eq!(sorted("de-DE", names), ["Apa", "\u{c4}pple", "Zebra"]);
    }

    #[test]
    fn a_locale_that_nobody_knows_is_no_obstacle() {
        assert_eq!(sorted("no such locale", vec!["b", "A"]), ["A", "b"]);
        assert_eq!(sorted("C", vec!["b", "A"]), ["A", "b"]);
    }
}
