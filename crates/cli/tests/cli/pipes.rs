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
    assert_eq!(spooled(&machine), 0, "nothing is left of it here");
}

/// How many streams wait on the disk.
fn spooled(machine: &Machine) -> usize {
    let folder = machine.home.path().join(".local/share/notespot/streams");
    let is_stream = |name: std::ffi::OsString| name.to_string_lossy().starts_with("stream-");
    std::fs::read_dir(folder)
        .map_or(0, |entries| entries.filter(|entry| is_stream(entry.as_ref().unwrap().file_name())).count())
}

#[tokio::test]
async fn what_a_crash_left_of_a_stream_goes_with_the_next_one_and_a_living_one_stays() {
    let machine = Machine::start().await;
    let begin = async || {
        let mut up = start(&machine, &["upload", "-", "--name", "dump.sql", "--json"], Stdio::piped());
        let mut input = up.stdin.take().unwrap();
        input.write_all(&content(1, MIB)).await.unwrap();
        (up, input)
    };
    let (mut killed, _input) = begin().await;
    until(|| spooled(&machine) == 1).await;
    killed.kill().await.unwrap();
    assert_eq!(spooled(&machine), 1);
    let (living, input) = begin().await;
    let (other, other_input) = begin().await;
    until(|| spooled(&machine) == 2).await;
    drop((input, other_input));
    for up in [living, other] {
        assert!(up.wait_with_output().await.unwrap().status.success());
    }
    assert_eq!(spooled(&machine), 0);
    assert_eq!(machine.json(&["ls"]).await.as_array().unwrap().len(), 2);
}

/// Looks again and again, for at most half a minute: nothing tells when another process has made a file.
async fn until(holds: impl Fn() -> bool) {
    let looking = async {
        while !holds() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), looking).await.unwrap();
}

#[tokio::test]
async fn output_that_nobody_reads_any_more_ends_the_command_quietly() {
    let machine = Machine::start().await;
    machine.file("large.bin", &content(1, 5 * MIB));
    machine.run(&["upload", "large.bin"]).await;
    for arguments in [&["ls"][..], &["ls", "--json"], &["download", "large.bin", "--to", "-"], &["--help"]] {
        let mut ended = start(&machine, arguments, Stdio::piped());
        // As `head` does, only earlier.
        drop(ended.stdout.take());
        let Output { status, stderr, .. } = ended.wait_with_output().await.unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!(said, "", "{arguments:?}");
        assert!(arguments[0] == "--help" || status.code() == Some(141), "{arguments:?}: {status:?}");
    }
    let mut mute = start(&machine, &["ls", "nowhere"], Stdio::piped());
    drop(mute.stderr.take());
    assert_eq!(mute.wait().await.unwrap().code(), Some(1), "no panic where nobody hears it");
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
    let keys = |event: &serde_json::Value| event.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(of("progress")[0]), ["bytes_per_second", "done", "event", "seconds_left", "total"]);
    assert_eq!(keys(of("end")[0]), ["done", "event", "failed"]);
    for item in of("item") {
        let expected = if item["error"].is_null() {
            &["event", "fate", "given", "link", "node"][..]
        } else {
            &["error", "event", "given"]
        };
        assert_eq!(keys(item), expected, "scripts rely on it: docs/command-line.md");
    }
    assert_eq!((&of("end")[0]["done"], &of("end")[0]["failed"]), (&1.into(), &1.into()));
}

/// Into a folder and into a pipe: each takes two seconds, whatever the machine could do.
#[tokio::test]
async fn a_download_takes_no_more_than_it_may() {
    let machine = Machine::start().await;
    machine.file("film.mkv", &content(1, 5 * MIB));
    machine.run(&["upload", "film.mkv"]).await;
    let limited = async |to: &str| {
        let begun = std::time::Instant::now();
        let arguments = ["download", "film.mkv", "--to", to, "--limit-down", "2500K"];
        let ended = start(&machine, &arguments, Stdio::piped()).wait_with_output().await.unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        assert!(begun.elapsed().as_secs_f64() > 1.8, "{to}: {:?}", begun.elapsed());
        ended.stdout
    };
    let (_, piped) = futures_util::future::join(limited("back"), limited("-")).await;
    assert!(piped == content(1, 5 * MIB) && machine.read("back/film.mkv") == piped);
}
