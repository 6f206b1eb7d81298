//! Transfers in mid-flight while the network changes, and while the machine sleeps: each goes on by itself.

use std::process::Stdio;
use std::time::Duration;

use notespot_testkit::{Direction, FaultProxy, TestServer, content, days_later};
use tokio::process::{Child, Command};

use crate::Machine;

const MIB: usize = 1024 * 1024;
const BOUND: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(5);
/// How long nobody is reached.
const AWAY: Duration = Duration::from_secs(4);
/// Up, and down again: two seconds each.
const COMMANDS: [(&[&str], Direction); 2] = [
    (&["upload", "film.mkv", "--limit-up", "20M"], Direction::ToServer),
    (&["download", "film.mkv", "--to", "back", "--limit-down", "20M"], Direction::ToClient),
];

/// A machine that is behind a network, with a film.
struct Traveller {
    machine: Machine,
    proxy: FaultProxy,
    film: Vec<u8>,
}

impl Traveller {
    async fn start() -> Self {
        let proxy = FaultProxy::start().await.unwrap();
        let server = TestServer::behind(&proxy).await.unwrap();
        let token = server.somebody("Ada").await.unwrap();
        let machine = Machine { server, token, home: tempfile::tempdir().unwrap() };
        let film = content(11, 40 * MIB);
        machine.file("film.mkv", &film);
        std::fs::create_dir(machine.home.path().join("back")).unwrap();
        Self { machine, proxy, film }
    }

    /// Begins a command, and returns when a quarter of the film has moved.
    async fn begin(&self, arguments: &[&str], direction: Direction) -> Child {
        let before = self.proxy.passed(direction);
        let process = Command::new(env!("CARGO_BIN_EXE_notespot"))
            .args(arguments)
            .current_dir(self.machine.home.path())
            .env_clear()
            .env("HOME", self.machine.home.path())
            .env("NOTESPOT_SERVER", self.machine.server.base_url().as_str())
            .env("NOTESPOT_TOKEN", &self.machine.token)
            .env("NOTESPOT_LOG", "notespot_transfer=debug")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let moved = async {
            while self.proxy.passed(direction) - before < 10 << 20 {
                tokio::time::sleep(POLL).await;
            }
        };
        tokio::time::timeout(BOUND, moved).await.unwrap();
        process
    }

    /// It is there once, here and there, with the same bytes.
    async fn arrived(&self) {
        let listed = self.machine.json(&["ls"]).await;
        assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
        assert!(self.machine.read("back/film.mkv") == self.film);
        assert_eq!(std::fs::read_dir(self.machine.home.path().join("back")).unwrap().count(), 1);
    }
}

/// Waits for a good end, and gives what was logged.
async fn ended(process: Child) -> String {
    let output = tokio::time::timeout(BOUND, process.wait_with_output()).await.unwrap().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{}: {log}", output.status);
    log
}

fn signal(process: &Child, signal: &str) {
    let id = process.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
}

#[tokio::test]
async fn transfers_go_on_when_the_network_changes() {
    let traveller = Traveller::start().await;
    for (arguments, direction) in COMMANDS {
        let before = traveller.proxy.passed(direction);
        let process = traveller.begin(arguments, direction).await;
        traveller.proxy.go_offline();
        // Not to wait for anything: this is how long it lasts.
        tokio::time::sleep(AWAY).await;
        traveller.proxy.go_online();
        ended(process).await;
        let moved = traveller.proxy.passed(direction) - before;
        assert!(moved < 80 << 20, "{moved} bytes moved: it began anew");
    }
    traveller.arrived().await;
}

/// When it wakes, its connections are gone, and its requests have expired.
#[tokio::test]
async fn transfers_go_on_when_the_machine_has_slept_for_days() {
    let mut traveller = Traveller::start().await;
    for ((arguments, direction), days) in COMMANDS.into_iter().zip(1..) {
        let process = traveller.begin(arguments, direction).await;
        signal(&process, "-STOP");
        traveller.proxy.go_offline();
        traveller.machine.server.kill_9().await.unwrap();
        traveller.machine.server.start_again_under(&days_later(days)).await.unwrap();
        traveller.proxy.go_online();
        signal(&process, "-CONT");
        let log = ended(process).await;
        assert!(log.contains("status=403"), "no request had expired:\n{log}");
    }
    traveller.arrived().await;
}
