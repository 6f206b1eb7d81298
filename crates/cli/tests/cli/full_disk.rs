//! A disk that fills while a download is under way: a small file system of the test's own.

use std::process::Stdio;

use notespot_testkit::content;
use tokio::process::Command;

use crate::Machine;

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
     { head -c 20m /dev/zero | \"$@\"; code=$?; ls -A .local/share/notespot/streams > left; exit $code; }";

#[tokio::test]
async fn a_stream_that_the_disk_has_no_room_for_is_refused_with_the_place() {
    let machine = Machine::start().await;
    let said =
        fails_on_a_small_disk(&machine, A_STREAM_TO_A_SMALL_DISK, &["upload", "-", "--name", "dump.sql"])
            .await;
    assert!(said.contains("The disk is full") && said.contains("notespot/streams"), "{said}");
    assert_eq!(machine.read("left"), b"", "{said}");
}

/// Runs the command in a shell that has made a small disk for it, where it has to fail; gives its words.
async fn fails_on_a_small_disk(machine: &Machine, shell: &str, arguments: &[&str]) -> String {
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", shell, "sh"])
        .arg(env!("CARGO_BIN_EXE_notespot"))
        .args(arguments)
        .current_dir(machine.home.path())
        .env("NOTESPOT_SERVER", machine.server.base_url().as_str())
        .env("NOTESPOT_TOKEN", &machine.token)
        .env("HOME", machine.home.path())
        .env_remove("XDG_DATA_HOME")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}
