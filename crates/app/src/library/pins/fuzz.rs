//! The file of wishes, as a disk may have left it.

use notespot_testkit::{Damage, cases};
use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn damage_costs_the_lines_that_it_befell(count in 1..8_usize, damage in Damage::any()) {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("library.db");
        let ids: Vec<_> = (0..count).map(|_| NodeId::generate()).collect();
        Pins::of(&library).unwrap().change(&ids, &[]).unwrap();
        let path = library.with_extension("pins");
        let mut bytes = std::fs::read(&path).unwrap();
        damage.befall(&mut bytes);
        std::fs::write(&path, &bytes).unwrap();
        let mut pins = Pins::of(&library).unwrap();
        let whole: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        for id in ids {
            let is_there = whole.contains(&id.to_string().as_bytes());
            prop_assert!(pins.ranks().contains_key(&id) || !is_there);
        }
        let another = NodeId::generate();
        pins.change(&[another], &[]).unwrap();
        prop_assert_eq!(Pins::of(&library).unwrap().ranks().len(), pins.ranks().len());
    }
}
