//! The `notespot` command, as scripts and people call it, against the real server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed; clippy.toml's exceptions stop at helper functions"
)]

#[path = "cli/damaged_parts.rs"]
mod damaged_parts;
#[path = "cli/downloads.rs"]
mod downloads;
#[path = "cli/endings.rs"]
mod endings;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/folders.rs"]
mod folders;
#[path = "cli/full_disk.rs"]
mod full_disk;
#[path = "cli/huge.rs"]
mod huge;
#[path = "cli/interrupted.rs"]
mod interrupted;
#[path = "cli/kills.rs"]
mod kills;
#[path = "cli/links.rs"]
mod links;
#[path = "cli/networks.rs"]
mod networks;
#[path = "cli/odd_files.rs"]
mod odd_files;
#[path = "cli/other_stores.rs"]
mod other_stores;
#[path = "cli/parallel.rs"]
mod parallel;
#[path = "cli/pipes.rs"]
mod pipes;
#[cfg(target_os = "linux")]
#[path = "cli/terminal.rs"]
mod terminal;

use std::path::Path;
use std::process::Output;

use notespot_testkit::TestServer;
use serde_json::Value;
use tempfile::TempDir;

/// A machine without a keyring whose `notespot` has a token.
struct Machine {
    server: TestServer,
    token: String,
    home: TempDir,
}

impl Machine {
    async fn start() -> Self {
        Self::at(TestServer::start().await.unwrap()).await
    }

    async fn at(server: TestServer) -> Self {
        let token = server.somebody("Ada").await.unwrap();
        Self { server, token, home: tempfile::tempdir().unwrap() }
    }

    /// A file in the working folder.
    fn file(&self, name: &str, content: &[u8]) {
        std::fs::write(self.home.path().join(name), content).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.home.path().join(name)).unwrap()
    }

    async fn run(&self, arguments: &[&str]) -> Ran {
        let environment =
            [("NOTESPOT_SERVER", self.server.base_url().as_str()), ("NOTESPOT_TOKEN", self.token.as_str())];
        notespot(self.home.path(), &environment, arguments).await
    }

    /// Runs with `--json`, and reads the one thing on standard output.
    async fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--json"]].concat()).await;
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
    }
}

#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs the built command in an environment that holds nothing else.
async fn notespot(folder: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let Output { status, stdout, stderr } = tokio::process::Command::new(env!("CARGO_BIN_EXE_notespot"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .envs(environment.iter().copied())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}
