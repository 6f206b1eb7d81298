//! Folders and selections that come down.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use notespot_testkit::content;
use tokio::process::Command;

use crate::Machine;

const MIB: usize = 1024 * 1024;

/// Every path below a folder, with the bytes of files; hidden ones too.
fn tree(folder: &Path) -> Vec<(String, Option<Vec<u8>>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                found.push((name, None));
                folders.push(path);
            } else {
                found.push((name, Some(fs::read(path).unwrap())));
            }
        }
    }
    found.sort();
    found
}

fn plant(root: &Path) {
    fs::create_dir_all(root.join("Vorlesung/Übungen")).unwrap();
    fs::create_dir_all(root.join("empty")).unwrap();
    for number in 0..300 {
        fs::write(root.join(format!("{number}.txt")), format!("content of {number}")).unwrap();
    }
    fs::write(root.join("none"), b"").unwrap();
    fs::write(root.join("Vorlesung/film.mkv"), content(1, 40 * MIB + 1)).unwrap();
    fs::write(root.join("Vorlesung/Übungen/報告.txt"), b"one").unwrap();
}

#[tokio::test]
async fn a_folder_comes_back_with_its_tree() {
    let machine = Machine::start().await;
    let root = machine.home.path().join("Semester 5");
    plant(&root);
    machine.run(&["upload", "Semester 5"]).await;
    fs::create_dir(machine.home.path().join("back")).unwrap();
    let told = machine.json(&["download", "Semester 5", "--to", "back"]).await;
    assert_eq!(told.as_array().unwrap().len(), 303);
    let back = machine.home.path().join("back/Semester 5");
    assert!(tree(&back) == tree(&root), "the same names and bytes");
    let time = |path: &Path| fs::metadata(path.join("none")).unwrap().modified().unwrap();
    let apart = time(&back).duration_since(time(&root)).unwrap_or_else(|earlier| earlier.duration());
    assert!(apart < Duration::from_millis(1), "the same time of the last change");

    let again = machine.json(&["download", "Semester 5", "--to", "back"]).await;
    assert!(again.as_array().unwrap().iter().all(|one| one["fate"] == "was_there"), "{again}");
    assert!(tree(&back) == tree(&root), "and nothing twice");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_a_folder_s_place_leads_nowhere() {
    let machine = Machine::start().await;
    for folder in ["album", "back", "elsewhere"] {
        fs::create_dir(machine.home.path().join(folder)).unwrap();
    }
    machine.file("album/a.jpg", b"a picture");
    machine.run(&["upload", "album"]).await;
    std::os::unix::fs::symlink("../elsewhere", machine.home.path().join("back/album")).unwrap();
    let ran = machine.run(&["download", "album", "--to", "back"]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("album") && ran.stderr.contains("is no folder"), "{ran:?}");
    assert_eq!(fs::read_dir(machine.home.path().join("elsewhere")).unwrap().count(), 0);
}

/// A disk that tells them apart has both names for themselves.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn names_that_differ_in_case_are_replaced_each_by_its_own() {
    let machine = Machine::start().await;
    let read = |name: &str| machine.read(&format!("back/tree/{name}"));
    for folder in ["tree", "back"] {
        fs::create_dir(machine.home.path().join(folder)).unwrap();
    }
    for (round, choice) in [("first", "keep-both"), ("second", "replace")] {
        for name in ["README", "readme"] {
            machine.file(&format!("tree/{name}"), format!("{round} {name}").as_bytes());
        }
        machine.json(&["upload", "tree", "--on-conflict", "replace"]).await;
        machine.json(&["download", "tree", "--to", "back", "--on-conflict", choice]).await;
        for name in ["README", "readme"] {
            assert_eq!(read(name), format!("{round} {name}").as_bytes());
        }
    }
    assert_eq!(fs::read_dir(machine.home.path().join("back/tree")).unwrap().count(), 2);
}

#[tokio::test]
async fn a_taken_name_is_handled_as_was_asked() {
    let machine = Machine::start().await;
    machine.file("notes.txt", b"ours");
    machine.run(&["upload", "notes.txt"]).await;
    for (choice, expected) in [("skip", "mine"), ("keep-both", "mine"), ("replace", "ours")] {
        machine.file("notes.txt", b"mine");
        let ran = machine.run(&["download", "notes.txt", "--on-conflict", choice]).await;
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(machine.read("notes.txt"), expected.as_bytes(), "{choice}");
    }
    assert_eq!(machine.read("notes (2).txt"), b"ours");
}

#[tokio::test]
async fn wildcards_stand_for_what_they_match() {
    let machine = Machine::start().await;
    fs::create_dir_all(machine.home.path().join("a/b")).unwrap();
    for name in ["a/one.pdf", "a/two.txt", "a/b/three.pdf", "a/[1].pdf"] {
        machine.file(name, name.as_bytes());
    }
    machine.run(&["upload", "a"]).await;
    let names = async |pattern: &str| {
        let told = machine.json(&["download", pattern, "--to", "."]).await;
        let mut names: Vec<_> = told
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["path"].as_str().unwrap_or("none").rsplit('/').next().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("a/*.pdf").await, ["[1].pdf", "one.pdf"]);
    assert_eq!(names("a/**/t*").await, ["three.pdf", "two.txt"]);
    assert_eq!(names("a/[1].pdf").await, ["[1].pdf"], "a name with brackets is a name");
    assert_eq!(names("a/*.doc").await, ["none"]);
    machine.file("b.pdf", b"b");
    let told = machine.json(&["upload", "?.pdf"]).await;
    assert_eq!(told[0]["node"]["name"], "b.pdf");
}

#[tokio::test]
async fn a_download_that_was_killed_and_given_again_ends_with_each_file_once() {
    let machine = Machine::start().await;
    let root = machine.home.path().join("tree");
    plant(&root);
    fs::write(root.join("large.bin"), content(3, 200 * MIB)).unwrap();
    machine.run(&["upload", "tree"]).await;
    fs::create_dir(machine.home.path().join("back")).unwrap();
    for kill in 1..=10_u32 {
        let mut process = Command::new(env!("CARGO_BIN_EXE_notespot"))
            .args(["download", "tree", "--to", "back"])
            .current_dir(machine.home.path())
            .env_clear()
            .env("HOME", machine.home.path())
            .env("NOTESPOT_SERVER", machine.server.base_url().as_str())
            .env("NOTESPOT_TOKEN", &machine.token)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Any moment will do: whatever is half done then is what the next one has to get over.
        let _ = tokio::time::timeout(Duration::from_millis(60) * kill, process.wait()).await;
        process.kill().await.unwrap();
        for (name, bytes) in tree(&machine.home.path().join("back")) {
            let source = machine.home.path().join(&name);
            let is_whole = bytes.is_none_or(|bytes| fs::read(source).is_ok_and(|whole| whole == bytes));
            assert!(is_whole || name.contains(".notespot-"), "{name} is half a file");
        }
    }
    let ran = machine.run(&["download", "tree", "--to", "back"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(tree(&machine.home.path().join("back/tree")) == tree(&root));
}

#[tokio::test]
async fn the_folder_that_files_go_into_is_made() {
    let machine = Machine::start().await;
    machine.file("plan.txt", b"plan");
    machine.run(&["upload", "plan.txt"]).await;
    let ran = machine.run(&["download", "plan.txt", "--to", "new/deep"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(machine.read("new/deep/plan.txt"), b"plan");

    let ran = machine.run(&["download", "plan.txt", "--to", "plan.txt/below"]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("The folder plan.txt/below could not be made"), "{ran:?}");
}
