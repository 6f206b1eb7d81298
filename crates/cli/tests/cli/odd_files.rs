//! Files that are odd: names of every kind, and lengths that are not what the system says.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use notespot_testkit::content;
use serde_json::Value;

use crate::Machine;

const SCRIPTS: &[&str] = &[
    "übung",
    "Ελληνικά",
    "русский",
    "עברית",
    "العربية",
    "हिन्दी",
    "ไทย",
    "中文",
    "日本語",
    "한국어",
    "አማርኛ",
    "ქართული",
    "👩‍👩‍👧‍👦",
    "🇺🇳",
    "𝔘𝔫𝔦",
    "e\u{301}tude",
    "ﷺ",
    "ß",
    "İ",
    "ŉ",
];

const ODD: &[&str] = &[
    " lead",
    "trail ",
    "trail.",
    "..two",
    "...",
    "CON",
    "nul.txt",
    "COM1",
    "a:b",
    "a?b",
    "a*b",
    "a|b",
    "<a>",
    "\"a\"",
    "'a'",
    "a\\b",
    "-rf",
    "--help",
    "~",
    "$HOME",
    "`id`",
    "%00",
    "%2e%2e%2f",
    "a;b",
    "a&b",
    "#a",
    "!a",
    "{a}",
    "[a]",
    ".hidden",
    "desktop.ini",
    "Icon",
    "a\u{200d}b",
    "a\u{a0}b",
];

/// Names that come back as they are, a few thousand of them.
fn kept_names() -> Vec<String> {
    let mut names: Vec<String> = ODD.iter().map(|name| (*name).to_owned()).collect();
    names.extend(["README", "readme", "Readme"].map(str::to_owned));
    names.push("x".repeat(255));
    names.push(format!("{}.pdf", "é".repeat(125)));
    for number in 0..4950 {
        let script = SCRIPTS[number % SCRIPTS.len()];
        names.push(match number % 3 {
            0 => format!("{script} {number}.{script}"),
            1 => format!("{number}{}", script.repeat(255 / script.len() / 2)),
            _ => format!("{script}\\{number}. "),
        });
    }
    names
}

/// Names that are refused, each alone.
const REFUSED: [&str; 6] = ["line\nbreak", "tab\t", "bell\u{7}", " ", "gnp.\u{202e}exe", "\u{200b}"];

#[tokio::test]
async fn five_thousand_hostile_names_come_back_with_their_bytes_and_bad_ones_fail_alone() {
    let machine = Machine::start().await;
    let odd = machine.home.path().join("odd");
    fs::create_dir(&odd).unwrap();
    let kept = kept_names();
    assert!(kept.len() > 4980);
    for name in kept.iter().map(String::as_str).chain(REFUSED) {
        fs::write(odd.join(name), format!("content of {name}")).unwrap();
    }
    // The same name composed and decomposed, and bytes that are no text: both are seen and renamed.
    fs::write(odd.join("caf\u{e9}"), "composed").unwrap();
    fs::write(odd.join("cafe\u{301}"), "decomposed").unwrap();
    fs::write(odd.join(OsString::from_vec(b"no \xff text".to_vec())), "bytes").unwrap();

    let told = machine.json(&["upload", "odd"]).await;
    let told = told.as_array().unwrap();
    let (failed, done): (Vec<&Value>, Vec<&Value>) = told.iter().partition(|item| item["error"].is_object());
    assert_eq!(done.len(), kept.len() + 3);
    let codes: Vec<_> = failed.iter().map(|item| item["error"]["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["invalid_name"; REFUSED.len()]);

    fs::create_dir(machine.home.path().join("back")).unwrap();
    let back = machine.run(&["download", "odd", "--to", "back"]).await;
    assert_eq!(back.code, Some(0), "{}", back.stderr);
    let mut there = contents(&machine.home.path().join("back/odd"));
    for name in kept {
        let content = there.remove(&name);
        assert_eq!(content.as_deref(), Some(format!("content of {name}").as_bytes()), "{name:?}");
    }
    assert_eq!(there.remove("no \u{fffd} text").as_deref(), Some(&b"bytes"[..]));
    let mut pair: Vec<_> = there.values().cloned().collect();
    pair.sort();
    assert_eq!(pair, [b"composed".to_vec(), b"decomposed".to_vec()], "{:?}", there.keys());
    assert!(there.keys().any(|name| name.ends_with(" (2)")), "one of them is numbered: {:?}", there.keys());
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        })
        .collect()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_whose_length_is_untrue_is_refused_and_not_uploaded_empty() {
    let machine = Machine::start().await;
    machine.file("good.txt", b"good");
    let ran = machine.run(&["upload", "/proc/cpuinfo", "good.txt"]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("cpuinfo") && ran.stderr.contains("notespot upload -"), "{ran:?}");
    let listed = machine.json(&["ls"]).await;
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["name"]), (1, &"good.txt".into()));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_cannot_be_read_fails_alone_with_its_name() {
    let machine = Machine::start().await;
    let folder = machine.home.path().join("mixed");
    fs::create_dir(&folder).unwrap();
    for number in 0..5 {
        fs::write(folder.join(format!("{number}.txt")), "good").unwrap();
    }
    // Opens, has a length of zero, and answers every read with EIO: for root too.
    std::os::unix::fs::symlink("/proc/self/mem", machine.home.path().join("broken.bin")).unwrap();
    let ran = machine.run(&["upload", "broken.bin", "mixed"]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("broken.bin") && ran.stderr.contains("could not be read"), "{ran:?}");
    assert!(
        ran.stderr.contains("5 uploaded, 1 failed:") && ran.stderr.contains("1 × file_access"),
        "{ran:?}"
    );
    assert_eq!(machine.json(&["ls", "mixed"]).await.as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn damage_on_the_store_s_disk_is_found_before_anything_is_saved() {
    let machine = Machine::start().await;
    let (small, large) = (content(1, 10_000), content(2, 9 * 1024 * 1024));
    for (name, bytes) in [("small.bin", &small), ("large.bin", &large)] {
        machine.file(name, bytes);
        machine.json(&["upload", name]).await;
        assert!(damage(machine.server.data_dir(), &bytes[5_000..5_064]), "{name} is on the disk somewhere");
        fs::remove_file(machine.home.path().join(name)).unwrap();
        let ran = machine.run(&["download", name]).await;
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains(name), "{ran:?}");
        assert!(!machine.home.path().join(name).exists());

        // The same file again is sent, and not taken for the damaged one.
        machine.file(name, bytes);
        machine.json(&["upload", "--on-conflict", "replace", name]).await;
        fs::remove_file(machine.home.path().join(name)).unwrap();
        machine.json(&["download", name]).await;
        assert!(&fs::read(machine.home.path().join(name)).unwrap() == bytes);
    }
}

/// Turns a byte over in the file below this folder that holds these bytes.
fn damage(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return damage(&path, bytes);
        }
        let Ok(mut content) = fs::read(&path) else { return false };
        let Some(at) = content.windows(bytes.len()).position(|window| window == bytes) else { return false };
        content[at] ^= 1;
        fs::write(&path, content).is_ok()
    })
}

#[tokio::test]
async fn a_sparse_file_comes_back_with_the_same_bytes() {
    let machine = Machine::start().await;
    let sparse = fs::File::create(machine.home.path().join("disk.img")).unwrap();
    sparse.set_len(48 * 1024 * 1024).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&sparse, b"in the middle", 20_000_000).unwrap();
    machine.run(&["upload", "disk.img"]).await;
    fs::create_dir(machine.home.path().join("back")).unwrap();
    machine.run(&["download", "disk.img", "--to", "back"]).await;
    assert!(machine.read("back/disk.img") == machine.read("disk.img"));
}

#[tokio::test]
async fn a_name_that_is_taken_at_the_server_is_handled_as_was_asked() {
    let machine = Machine::start().await;
    let upload = async |content: &[u8], choice: &str| {
        machine.file("notes.txt", content);
        machine.json(&["upload", "notes.txt", "--on-conflict", choice]).await[0].clone()
    };
    let first = upload(b"first", "skip").await;
    assert_eq!((&first["fate"], &first["node"]["name"]), (&"uploaded".into(), &"notes.txt".into()));
    let skipped = upload(b"second", "skip").await;
    assert_eq!((&skipped["fate"], &skipped["node"]["id"]), (&"skipped".into(), &first["node"]["id"]));
    let replaced = upload(b"third", "replace").await;
    assert_eq!((&replaced["fate"], &replaced["node"]["id"]), (&"uploaded".into(), &first["node"]["id"]));
    let both = upload(b"fourth", "keep-both").await;
    assert_eq!(both["node"]["name"], "notes (2).txt");
    for (name, content) in [("notes.txt", "third"), ("notes (2).txt", "fourth")] {
        assert_eq!(machine.run(&["download", name, "--to", "-"]).await.stdout, content);
    }
}
