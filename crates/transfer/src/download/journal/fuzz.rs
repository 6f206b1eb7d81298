//! Journals that a disk, or somebody else, has changed.

use notespot_testkit::{Damage, cases, damaged};
use proptest::prelude::*;

use super::*;

fn size() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..64 * 1024 * 1024_u64,
        0..1_u64 << 43,
        Just(1 << 43),
        any::<u64>().prop_map(|size| size >> 10)
    ]
}

/// A journal with some of its blocks marked.
fn marks() -> impl Strategy<Value = Marks> {
    (size(), prop::collection::vec(any::<prop::sample::Index>(), 0..20)).prop_map(|(size, set)| {
        let mut marks = Marks::none(Blocks::of(size));
        let count = marks.blocks().count() as usize;
        for at in set.iter().filter(|_| count > 0) {
            marks.set(u32::try_from(at.index(count)).unwrap());
        }
        marks
    })
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn content_of_any_size_is_cut_without_gaps(size in size()) {
        let blocks = Blocks::of(size);
        let ranges: Vec<_> = (0..blocks.count()).map(|block| blocks.range(block)).collect();
        prop_assert!(ranges.len() as u64 <= BLOCKS_MAX);
        prop_assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
        prop_assert_eq!(ranges.last().map_or(0, |last| last.end), size);
        prop_assert!(ranges.iter().all(|range| range.start < range.end && blocks.of_byte(range.start) == blocks.of_byte(range.end - 1)));
        prop_assert!(Marks::none(blocks).encoded_bytes() <= HEADER_BYTES + 2048, "its memory has a bound");
    }

    #[test]
    fn what_is_written_is_read_and_what_is_missing_is_all_the_rest(marks in marks(), range_bytes in 1..1_u64 << 32) {
        let version = VersionId::generate();
        let text = marks.encode(version);
        prop_assert_eq!(Marks::decode(&text, version, marks.blocks()), Some(marks.clone()));
        let missing: u64 = marks.missing(range_bytes).iter().map(|range| range.end - range.start).sum();
        prop_assert_eq!(missing + marks.bytes(), marks.blocks().size);
    }

    #[test]
    fn a_damaged_journal_is_none_or_one_of_the_same_content(marks in marks(), damages in prop::collection::vec(Damage::any(), 1..4)) {
        let (version, blocks) = (VersionId::generate(), marks.blocks());
        let mut text = marks.encode(version);
        for damage in &damages {
            damage.befall(&mut text);
        }
        if let Some(read) = Marks::decode(&text, version, blocks) {
            // A bit of the marks may be wrong; the SHA-256 of the whole finds what was not there.
            prop_assert_eq!(text[..HEADER_BYTES].to_vec(), marks.encode(version)[..HEADER_BYTES].to_vec());
            let missing = read.missing(u64::MAX >> 1);
            prop_assert!(missing.iter().all(|range| range.end <= blocks.size));
            prop_assert!(read.bytes() <= blocks.size);
        }
    }

    #[test]
    fn noise_is_no_journal(noise in damaged(prop::collection::vec(any::<u8>(), 0..100))) {
        prop_assert_eq!(Marks::decode(&noise, VersionId::generate(), Blocks::of(100)), None);
    }
}
