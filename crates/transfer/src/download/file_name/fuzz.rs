//! Names of others' files, on this machine's disks.

use notespot_testkit::{cases, damaged_text};
use proptest::prelude::*;

use super::*;

/// Names that mean something else to Windows, or nearly so.
fn names() -> impl Strategy<Value = String> {
    let odd = [
        "..\\..\\evil.exe",
        "nul.txt",
        "COM1",
        "con .tar.gz",
        "a:b?.txt",
        "trailing. .",
        "LPT9.",
        "\u{dc}bung",
    ];
    prop_oneof![
        damaged_text(prop::sample::select(odd.to_vec()).prop_map(str::to_owned)),
        "[ .]{1,4}",
        "\\PC{1,60}"
    ]
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_name_is_one_that_the_disk_can_hold_and_no_path(name in names()) {
        let Ok(name) = NodeName::new(name) else { return Ok(()) };
        prop_assert_eq!(mapped(&name, Rules::Unix), name.as_str());
        let there = mapped(&name, Rules::Windows);
        prop_assert!(!there.is_empty() && !there.contains(['/', '\\', ':', '"', '<', '>', '|', '?', '*', '\0']));
        prop_assert!(!there.ends_with(['.', ' ']), "Windows drops them: another name would be meant");
        let stem = there.split('.').next().unwrap().trim_end().to_ascii_uppercase();
        prop_assert!(!RESERVED.contains(&stem.as_str()), "{there:?} is a device");
        // What it has become stays as it is.
        if let Ok(again) = NodeName::new(there.as_str()) {
            prop_assert_eq!(mapped(&again, Rules::Windows), there);
        }
    }
}
