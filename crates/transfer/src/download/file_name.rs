//! Names that the file system of a folder can hold.

use std::path::Path;

use notespot_protocol::NodeName;

/// Which names a file system can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rules {
    /// Any byte but `/` and NUL: every [`NodeName`] is fine.
    Unix,
    /// "Naming Files, Paths, and Namespaces", learn.microsoft.com.
    Windows,
}

impl Rules {
    /// Of the disk that this folder is on. One that cannot be asked is taken for one of the system's own.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn of(folder: &Path) -> Self {
        let asked = rustix::fs::statfs(folder).ok();
        asked.and_then(|disk| u64::try_from(disk.f_type).ok()).map_or(Self::Unix, Self::of_kind)
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn of(_: &Path) -> Self {
        if cfg!(windows) { Self::Windows } else { Self::Unix }
    }

    /// By the number that `statfs(2)` gives a file system.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn of_kind(number: u64) -> Self {
        /// FAT, exFAT and NTFS, as on most sticks.
        const OF_WINDOWS: [u64; 3] = [0x4d44, 0x2011_bab0, 0x7366_746e];

        if OF_WINDOWS.contains(&number) { Self::Windows } else { Self::Unix }
    }
}

const RESERVED: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];

/// What a node of this name is called in this folder: the name itself where its disk can hold it, else the
/// nearest one that it can. Never a path, and never `.` or `..`.
#[must_use]
pub fn local_name(name: &NodeName, folder: &Path) -> String {
    mapped(name, Rules::of(folder))
}

fn mapped(name: &NodeName, rules: Rules) -> String {
    if rules == Rules::Unix {
        return name.to_string();
    }
    let replaced: String =
        name.as_str().chars().map(|c| if r#"<>:"\|?*"#.contains(c) { '_' } else { c }).collect();
    let kept = replaced.trim_end_matches([' ', '.']);
    let kept = if kept.is_empty() { "_" } else { kept };
    let stem = kept.split('.').next().unwrap_or(kept).trim_end().to_ascii_uppercase();
    let numbered = stem
        .strip_prefix("COM")
        .or_else(|| stem.strip_prefix("LPT"))
        .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()));
    if RESERVED.contains(&stem.as_str()) || numbered { format!("_{kept}") } else { kept.to_owned() }
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_where_the_system_can_hold_them() {
        for name in ["a:b?.txt", "trailing. ", "CON", "Übung 3.pdf", "back\\slash"] {
            assert_eq!(mapped(&NodeName::new(name).unwrap(), Rules::Unix), name);
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[test]
    fn a_stick_has_other_rules_than_the_disk_of_the_system() {
        let (fat, ext4) = (0x4d44, 0xef53);
        assert_eq!((Rules::of_kind(fat), Rules::of_kind(ext4)), (Rules::Windows, Rules::Unix));
        assert_eq!(Rules::of(&std::env::temp_dir()), Rules::Unix);
        assert_eq!(Rules::of(Path::new("/nowhere")), Rules::Unix);
    }

    #[test]
    fn windows_gets_the_nearest_name_that_it_can_hold() {
        let on_windows = |name: &str| mapped(&NodeName::new(name).unwrap(), Rules::Windows);
        assert_eq!(on_windows("a:b?.txt"), "a_b_.txt");
        assert_eq!(on_windows("..\\..\\evil.exe"), ".._.._evil.exe");
        assert_eq!(on_windows("trailing. ."), "trailing");
        assert_eq!(on_windows("..."), "_");
        assert_eq!(on_windows("nul.txt"), "_nul.txt");
        assert_eq!(on_windows("COM1"), "_COM1");
        assert_eq!(on_windows("COMMON.txt"), "COMMON.txt");
        assert_eq!(on_windows("Übung 3.pdf"), "Übung 3.pdf");
    }
}
