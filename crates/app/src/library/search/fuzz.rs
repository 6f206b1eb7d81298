//! Whatever is typed into the search box is looked for, somehow.

use notespot_testkit::{cases, damaged_text};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const TYPED: [&str; 18] = [
    "kind:pdf,folder,.rs",
    "size:>10mb",
    "size:<=1.5GB",
    "size:1kb..2,5kb",
    "size:18446744073709551615b",
    "size:1e9",
    "date:2026-11",
    "date:>=2026-02-29",
    "date:9999-12-31",
    "date:-9999..9999",
    "modified:yesterday",
    "date:week",
    "link:yes",
    "is:offline",
    "tag:\"Gr\u{fc}ne Woche\"",
    "\"R\u{e9}port  2026",
    "a:b:c",
    "size:..",
];

/// Moments at which today, and the days around it, may be the last ones that there are.
fn now() -> impl Strategy<Value = ZonedDateTime> {
    let moments = select(vec![
        "2026-11-27T10:00[Europe/Berlin]",
        "2026-03-29T02:30[Europe/Berlin]",
        "9999-12-30T21:59[UTC]",
        "-009999-01-03T00:00[UTC]",
    ]);
    moments.prop_map(|text| text.parse().unwrap())
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn whatever_is_typed_is_words_and_filters_that_make_sense(text in prop_oneof![damaged_text(select(TYPED.to_vec()).prop_map(str::to_owned)), any::<String>()], now in now()) {
        let search = Search::parse(&text, &now);
        prop_assert!(search.words.iter().all(|word| !word.is_empty()));
        prop_assert!(search.words.len() + search.filters.len() <= text.chars().count());
        // What was understood as a filter is understood so again, beside anything else.
        prop_assert_eq!(&Search::parse(&text, &now), &search);
        let beside = Search::parse(&format!("x {text}"), &now);
        prop_assert!(beside.words.len() == search.words.len() + 1 && beside.filters == search.filters);
    }
}
