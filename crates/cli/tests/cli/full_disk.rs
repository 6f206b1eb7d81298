//! A disk that fills while a download is under way: a small file system of the test's own.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use notespot_testkit::{Direction, FaultProxy, TestServer, content};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use crate::Machine;

const MIB: usize = 1024 * 1024;
const BOUND: Duration = Duration::from_mins(1);

/// Makes `back` a disk of 4 MiB that only this process sees, runs what follows, and lists what is left.
const ON_A_SMALL_DISK: &str = "mkdir back && mount -t tmpfs -o size=4m small back && \
     { \"$@\"; code=$?; ls -A back > left; exit $code; }";

#[tokio::test]
async fn a_disk_that_fills_ends_the_download_and_leaves_no_half_file() {
    let machine = Machine::start().await;
    machine.file("large.bin", &content(7, 20 * 1024 * 1024));
    machine.json(&["upload", "large.bin"]).await;
    let said =
        fails_on_a_small_disk(&machine, ON_A_SMALL_DISK, &["download", "large.bin", "--to", "back"]).await;
    assert!(said.contains("large.bin") && said.contains("full"), "{said}");
    assert_eq!(machine.read("left"), b"", "{said}");
}

/// Makes the home folder's data a disk of 4 MiB, and pipes 20 MiB into what follows.
const A_STREAM_TO_A_SMALL_DISK: &str = "mkdir -p .local/share && mount -t tmpfs -o size=4m small .local/share && \
     { head -c 20m /dev/zero | \"$@\"; code=$?; ls -A .local/share/notespot/streams | grep ^stream- > left; \
     exit $code; }";

#[tokio::test]
async fn a_stream_that_the_disk_has_no_room_for_is_refused_with_the_place() {
    let machine = Machine::start().await;
    let said =
        fails_on_a_small_disk(&machine, A_STREAM_TO_A_SMALL_DISK, &["upload", "-", "--name", "dump.sql"])
            .await;
    assert!(said.contains("The disk is full") && said.contains("notespot/streams"), "{said}");
    assert_eq!(machine.read("left"), b"", "{said}");
}

/// Makes `back` a disk of 14 MiB, and runs what follows until that is full; then says how it ended. When it hears
/// a line, there is more room, and the same runs again.
const ON_A_DISK_THAT_GROWS: &str = "mkdir back && mount -t tmpfs -o size=14m small back && \
     { \"$@\" > first; code=$?; ls -A back > left; echo $code; read -r again; \
     mount -o remount,size=40m back && \"$@\" > second; code=$?; cp -a back came; exit $code; }";

/// As a file system does that cannot set room aside: it only turns out half-way how much there is.
const NO_ROOM_SET_ASIDE: [&str; 9] = [
    "strace",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    "trace=fallocate",
    "-e",
    "inject=fallocate:error=EOPNOTSUPP",
];

#[tokio::test]
async fn a_disk_that_fills_half_way_keeps_what_came_and_the_rest_comes_when_there_is_room() {
    let proxy = FaultProxy::start().await.unwrap();
    let server = TestServer::behind(&proxy).await.unwrap();
    let token = server.somebody("Ada").await.unwrap();
    let machine = Machine { server, token, home: tempfile::tempdir().unwrap() };
    let bytes = content(8, 20 * MIB);
    machine.file("large.bin", &bytes);
    machine.json(&["upload", "large.bin"]).await;
    let command = ["download", "large.bin", "--to", "back", "--parallel", "1", "--json"];
    let mut shell = on_a_small_disk(&machine, ON_A_DISK_THAT_GROWS, &NO_ROOM_SET_ASIDE, &command);
    let mut process = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
    let full = tokio::time::timeout(BOUND, said.next_line()).await.unwrap().unwrap();
    assert_eq!(full.as_deref(), Some("1"));
    let told: Value = serde_json::from_slice(&machine.read("first")).unwrap();
    assert_eq!(told[0]["error"]["code"], "disk_full", "{told}");
    let words = told[0]["error"]["message"].as_str().unwrap();
    assert!(words.contains("The disk is full") && words.contains("large.bin"), "{words}");
    let left = String::from_utf8(machine.read("left")).unwrap();
    let is_part =
        |name: &str| name.starts_with(".notespot-") && Path::new(name).extension() == Some("part".as_ref());
    assert!(left.lines().count() == 1 && left.lines().all(is_part), "{left}");

    let before = proxy.passed(Direction::ToClient);
    process.stdin.take().unwrap().write_all(b"there is room now\n").await.unwrap();
    let ended = tokio::time::timeout(BOUND, process.wait_with_output()).await.unwrap().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let told: Value = serde_json::from_slice(&machine.read("second")).unwrap();
    assert_eq!(told[0]["fate"], "downloaded", "{told}");
    assert!(machine.read("came/large.bin") == bytes);
    assert_eq!(std::fs::read_dir(machine.home.path().join("came")).unwrap().count(), 1);
    // Three blocks of 4 MiB had room.
    let came = proxy.passed(Direction::ToClient) - before;
    assert!(came < 9 * MIB as u64, "{came} bytes came again");
}

/// Runs the command in a shell that has made a small disk for it, where it has to fail; gives its words.
async fn fails_on_a_small_disk(machine: &Machine, shell: &str, arguments: &[&str]) -> String {
    let output = on_a_small_disk(machine, shell, &[], arguments).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

/// The command, started by way of `under`, for a shell that makes a small disk for it.
fn on_a_small_disk(machine: &Machine, shell: &str, under: &[&str], arguments: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", shell, "sh"])
        .args(under)
        .arg(env!("CARGO_BIN_EXE_notespot"))
        .args(arguments)
        .current_dir(machine.home.path())
        .env("NOTESPOT_SERVER", machine.server.base_url().as_str())
        .env("NOTESPOT_TOKEN", &machine.token)
        .env("HOME", machine.home.path())
        .env_remove("XDG_DATA_HOME")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}
