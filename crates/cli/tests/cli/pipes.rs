//! Standard input and standard output, whatever becomes of them.

use std::process::{Output, Stdio};

use notespot_testkit::content;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

use crate::Machine;

const MIB: usize = 1024 * 1024;

fn start(machine: &Machine, arguments: &[&str], output: Stdio) -> Child {
    Command::new(env!("CARGO_BIN_EXE_notespot"))
        .args(arguments)
        .current_dir(machine.home.path())
        .env_clear()
        .env("HOME", machine.home.path())
        .env("NOTESPOT_SERVER", machine.server.base_url().as_str())
        .env("NOTESPOT_TOKEN", &machine.token)
        .stdin(Stdio::piped())
        .stdout(output)
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn what_comes_through_a_pipe_goes_up_and_comes_back_through_one() {
    let machine = Machine::start().await;
    for size in [0, 20 * MIB + 7] {
        let bytes = content(1, size);
        let mut up = start(&machine, &["upload", "-", "--name", "dump.sql", "--json"], Stdio::piped());
        let mut input = up.stdin.take().unwrap();
        input.write_all(&bytes).await.unwrap();
        drop(input);
        let Output { status, stdout, .. } = up.wait_with_output().await.unwrap();
        assert!(status.success());
        let told: serde_json::Value = serde_json::from_slice(&stdout).unwrap();
        let id = told[0]["node"]["id"].as_str().unwrap();
        assert!(told[0]["node"]["name"].as_str().unwrap().starts_with("dump"));
        let down = start(&machine, &["download", id, "--to", "-"], Stdio::piped());
        let Output { status, stdout, .. } = down.wait_with_output().await.unwrap();
        assert!(status.success() && stdout == bytes);
    }
    let spooled = machine.home.path().join(".local/share/notespot/uploads");
    assert_eq!(std::fs::read_dir(spooled).unwrap().count(), 0, "nothing is left of it here");
}

#[tokio::test]
async fn a_pipe_needs_a_name_and_standard_output_takes_one_file() {
    let machine = Machine::start().await;
    assert_eq!(machine.run(&["upload", "-"]).await.code, Some(2));
    machine.file("a.txt", b"a");
    machine.run(&["upload", "a.txt"]).await;
    let ran = machine.run(&["download", "a.txt", "a.txt", "--to", "-"]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("one file"), "{ran:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn words_that_nobody_hears_stop_no_work_and_are_told_by_the_exit_code() {
    let machine = Machine::start().await;
    for number in 0..20 {
        machine.file(&format!("{number}.txt"), b"content");
    }
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let names: Vec<_> = (0..20).map(|number| format!("{number}.txt")).collect();
    let arguments: Vec<_> = ["upload"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let Output { status, stderr, .. } =
        start(&machine, &arguments, full.into()).wait_with_output().await.unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("Standard output could not be written") && !said.contains("panicked"), "{said}");
    assert_eq!(machine.json(&["ls"]).await.as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn events_tell_what_happens_a_line_each() {
    let machine = Machine::start().await;
    machine.file("film.mkv", &content(1, 5 * MIB));
    // Ten seconds' worth in a fifth of the time would not be the limit that was asked for.
    let begun = std::time::Instant::now();
    let ran =
        machine.run(&["upload", "film.mkv", "missing.txt", "--json=events", "--limit-up", "2500K"]).await;
    assert!(begun.elapsed().as_secs_f64() > 1.8, "{:?}", begun.elapsed());
    let events: Vec<serde_json::Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| events.iter().filter(|event| event["event"] == kind).collect::<Vec<_>>();
    assert!(of("progress").len() >= 3 && of("progress")[1]["total"] == 5 * MIB, "{}", ran.stdout);
    assert_eq!(of("item").len(), 2);
    assert!(of("item").iter().any(|item| item["error"]["code"] == "file_missing"), "{}", ran.stdout);
    assert_eq!((&of("end")[0]["done"], &of("end")[0]["failed"]), (&1.into(), &1.into()));
}
