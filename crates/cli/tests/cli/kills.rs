//! `kill -9` of the command, at any moment: the same command, given again, ends with each file once.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

use notespot_testkit::content;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::Machine;

const MIB: usize = 1024 * 1024;
const SMALL: usize = 600;

/// Begins a command; what it says can be read.
pub(crate) fn started(machine: &Machine, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_notespot"))
        .args(arguments)
        .current_dir(machine.home.path())
        .env_clear()
        .env("HOME", machine.home.path())
        .env("NOTESPOT_SERVER", machine.server.base_url().as_str())
        .env("NOTESPOT_TOKEN", &machine.token)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Runs the upload of `tree`, and kills it after that many files have been reported, or after a while.
pub(crate) async fn killed(machine: &Machine, lines: usize, after: Duration) {
    let mut process = started(machine, &["upload", "tree"]);
    let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
    let heard = async {
        for _ in 0..lines {
            if said.next_line().await.unwrap().is_none() {
                return;
            }
        }
    };
    // Whichever is first: a moment among the small files, or one in the middle of the large one.
    let _ = tokio::time::timeout(after, heard).await;
    process.kill().await.unwrap();
}

#[tokio::test]
async fn a_command_that_was_killed_and_given_again_ends_with_each_file_once() {
    let machine = Machine::start().await;
    let tree = machine.home.path().join("tree");
    fs::create_dir_all(tree.join("deep/er")).unwrap();
    for number in 0..SMALL {
        let folder = if number % 2 == 0 { "deep" } else { "deep/er" };
        fs::write(tree.join(folder).join(format!("{number}.txt")), format!("{number}")).unwrap();
    }
    fs::write(tree.join("large.bin"), content(3, 90 * MIB)).unwrap();
    for kill in 1..=10_u32 {
        killed(&machine, 40 * kill as usize, Duration::from_millis(60) * kill).await;
    }
    let ran = machine.run(&["upload", "tree"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");

    let names = async |folder: &str| -> Vec<String> {
        let listed = machine.json(&["ls", folder]).await;
        listed.as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect()
    };
    let expected =
        |odd: usize| (0..SMALL).filter(move |number| number % 2 == odd).map(|n| format!("{n}.txt"));
    let mut deep: BTreeSet<_> = expected(0).collect();
    deep.insert("er".to_owned());
    let found = names("tree/deep").await;
    assert_eq!(found.len(), deep.len(), "none twice");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), deep);
    assert_eq!(names("tree/deep/er").await.into_iter().collect::<BTreeSet<_>>(), expected(1).collect());
    assert_eq!(names("tree").await, ["deep", "large.bin"]);
    fs::create_dir(machine.home.path().join("back")).unwrap();
    machine.run(&["download", "tree/large.bin", "tree/deep/42.txt", "--to", "back"]).await;
    assert!(machine.read("back/large.bin") == content(3, 90 * MIB));
    assert_eq!(machine.read("back/42.txt"), b"42");
}

#[tokio::test]
async fn what_was_deleted_since_is_uploaded_afresh() {
    let machine = Machine::start().await;
    machine.file("a.txt", b"one");
    let again = ["upload", "a.txt", "missing.txt"];
    assert_eq!(machine.run(&again).await.code, Some(1), "one of them is missing: the command goes on");
    machine.run(&["rm", "a.txt"]).await;
    machine.run(&again).await;
    let listed = machine.json(&["ls"]).await;
    assert_eq!(listed[0]["name"], "a.txt", "{listed}");
    machine.run(&again).await;
    assert_eq!(machine.json(&["ls"]).await.as_array().unwrap().len(), 1, "and not twice");
}
