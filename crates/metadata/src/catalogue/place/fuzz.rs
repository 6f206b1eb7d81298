//! Cursors of the catalogue, and what it is searched for.

use notespot_testkit::{cases, damaged_text};
use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_place_is_the_one_that_its_cursor_names(listed_at in any::<i64>(), slug in "[0-9A-Za-z]{13}") {
        let cursor = Place { listed_at, slug: slug.clone() }.cursor();
        let place = Place::of(&cursor).unwrap();
        prop_assert_eq!((place.listed_at, place.slug), (listed_at, slug));
    }

    #[test]
    fn a_damaged_cursor_is_refused_or_a_place(
        text in damaged_text("[0-9]{1,19} [0-9A-Za-z]{13}"),
        cursor in damaged_text(Just(hex::encode("1700000000000 k7Qm2xRv9T4bZ"))),
    ) {
        for cursor in [hex::encode(text), cursor] {
            match Place::of(&Cursor(cursor)) {
                Ok(place) => prop_assert_eq!(Place::of(&place.cursor()).unwrap().slug, place.slug),
                Err(error) => prop_assert!(matches!(error, MetadataError::BadCursor)),
            }
        }
    }

    #[test]
    fn a_search_has_few_words_whatever_is_typed(text in "\\PC{0,200}", limit in any::<Option<u32>>()) {
        let query = CatalogueQuery { search: Some(text), limit, cursor: None };
        let words = words(&query);
        prop_assert!(words.len() <= WORDS_MAX && words.iter().all(|word| !word.is_empty()));
        prop_assert!((1..=100).contains(&super::limit(&query)));
    }
}
