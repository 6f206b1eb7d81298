//! Names that every file system of a platform can hold.

use notespot_protocol::NodeName;

/// Which names a system can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rules {
    /// Any byte but `/` and NUL: every [`NodeName`] is fine.
    Unix,
    /// "Naming Files, Paths, and Namespaces", learn.microsoft.com.
    Windows,
}

impl Rules {
    /// Of the system that this runs on.
    const HERE: Self = if cfg!(windows) { Self::Windows } else { Self::Unix };
}

const RESERVED: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];

/// What a node of this name is called on this system: the name itself where the system can hold it,
/// else the nearest one that it can. Never a path, and never `.` or `..`.
#[must_use]
pub fn local_name(name: &NodeName) -> String {
    mapped(name, Rules::HERE)
}

/// The name itself where the system can hold it, else the nearest one that it can.
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
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_where_the_system_can_hold_them() {
        for name in ["a:b?.txt", "trailing. ", "CON", "Übung 3.pdf", "back\\slash"] {
            assert_eq!(mapped(&NodeName::new(name).unwrap(), Rules::Unix), name);
        }
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
