//! What people see on a terminal: a real one, which `script` makes (Debian package `bsdutils`).

use std::process::Stdio;

use notespot_testkit::content;
use tokio::process::Command;

use crate::Machine;

/// Runs the command on a terminal, and gives everything that this was told to show.
async fn shown(machine: &Machine, arguments: &str) -> String {
    let command = format!("stty cols 100; '{}' {arguments}", env!("CARGO_BIN_EXE_notespot"));
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(machine.home.path())
        .env("HOME", machine.home.path())
        .env("TERM", "xterm")
        .env("NOTESPOT_SERVER", machine.server.base_url().as_str())
        .env("NOTESPOT_TOKEN", &machine.token)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{shown}");
    shown
}

#[tokio::test]
async fn a_terminal_shows_how_far_it_is_how_fast_and_how_long_it_takes() {
    let machine = Machine::start().await;
    machine.file("film.mkv", &content(1, 3_000_000));
    for arguments in
        ["upload film.mkv --limit-up 2M", "download film.mkv --to back --on-conflict replace --limit-down 2M"]
    {
        let shown = shown(&machine, arguments).await;
        // Such as `━━━━━━━━━──────── 1.23 MB of 3.00 MB · 2.00 MB/s · 1s left`.
        let is_whole = |line: &str| {
            let parts: Vec<_> = line.split(" · ").collect();
            let [how_far, speed, left] = parts[..] else { return false };
            how_far.contains('━')
                && how_far.contains(" of 3.00 MB")
                && speed.ends_with("B/s")
                && !speed.starts_with("0 ")
                && left.split_once("s left").is_some_and(|(secs, _)| secs.parse::<u32>().is_ok())
        };
        assert!(shown.split(['\r', '\n']).any(is_whole), "{shown:?}");
    }
}
