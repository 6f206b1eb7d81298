//! Words that do not belong into a committed file, and names that say nothing.

use super::Complaint;
use super::tree::{File, Tree};

/// A text that must not stand in files with one of `endings` except below `except`.
struct Ban {
    text: &'static str,
    endings: &'static [&'static str],
    except: &'static [&'static str],
    why: &'static str,
}

const CODE: &[&str] = &[".rs", ".ts", ".tsx", ".mjs"];
const THIS_FILE: &str = "xtask/src/tidy/words.rs";

const BANS: [Ban; 8] = [
    Ban { text: "TODO", endings: CODE, except: &[], why: "open work is an issue, not a comment" },
    Ban { text: "FIXME", endings: CODE, except: &[], why: "open work is an issue, not a comment" },
    Ban { text: "#[ignore", endings: &[".rs"], except: &[], why: "a test that does not run proves nothing" },
    Ban {
        text: ".skip(\"",
        endings: &[".ts", ".tsx", ".mjs"],
        except: &[],
        why: "a test that does not run proves nothing",
    },
    Ban { text: "@ts-ignore", endings: &[".ts", ".tsx"], except: &[], why: "say the type instead" },
    Ban {
        text: "@tauri-apps/api",
        endings: &[".ts", ".tsx"],
        except: &["ui/src/platform/", "ui/src/bindings.ts"],
        why: "only ui/src/platform knows the host",
    },
    Ban {
        text: "\"resolved\": \"http",
        endings: &[".json"],
        except: &[],
        why: "lock files carry no download addresses",
    },
    Ban {
        text: "Result<(), String>",
        endings: &[".rs"],
        except: &[],
        why: "an error is a type until the edge",
    },
];

/// Names of files and folders that say nothing about what happens inside.
const EMPTY_NAMES: [&str; 8] = ["utils", "util", "helpers", "managers", "services", "common", "misc", "mod"];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints: Vec<Complaint> =
        tree.files().iter().filter(|file| file.path != THIS_FILE).flat_map(banned_words).collect();
    complaints.extend(tree.written().filter_map(empty_name));
    complaints
}

fn banned_words(file: &File) -> Vec<Complaint> {
    BANS.iter()
        .filter(|ban| file.is(ban.endings))
        .filter(|ban| !ban.except.iter().any(|place| file.path.starts_with(place)))
        .flat_map(|ban| {
            let lines = file.text.lines().enumerate().filter(|(_, line)| line.contains(ban.text));
            lines.map(|(at, _)| {
                Complaint::new(format!("{}:{}", file.path, at + 1), format!("`{}`: {}", ban.text, ban.why))
            })
        })
        .collect()
}

fn empty_name(file: &File) -> Option<Complaint> {
    let is_source = file.is(CODE);
    let said = file
        .path
        .split('/')
        .map(|part| part.split('.').next().unwrap_or(part))
        .find(|part| EMPTY_NAMES.contains(part))?;
    is_source.then(|| Complaint::new(&file.path, format!("`{said}` does not say what happens in there")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_names_that_do_not_belong_are_complained_of() {
        let tree = Tree::of(&[
            ("a.rs", "fn f() {}\n// TODO later\n"),
            ("ui/src/utils/x.ts", ""),
            ("ui/src/features/files/List.tsx", "import { invoke } from \"@tauri-apps/api/core\";"),
            ("ui/src/platform/tauri.ts", "import { invoke } from \"@tauri-apps/api/core\";"),
            ("package-lock.json", "{\"resolved\": \"https://example.org/x.tgz\"}"),
        ]);
        let places: Vec<_> = check(&tree).into_iter().map(|complaint| complaint.place).collect();
        assert_eq!(
            places,
            ["a.rs:2", "ui/src/features/files/List.tsx:1", "package-lock.json:1", "ui/src/utils/x.ts"]
        );
    }
}
