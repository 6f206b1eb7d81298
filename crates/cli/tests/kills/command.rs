//! The command, as a process that may die.

use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::death::{Death, was_killed};

/// A machine that has `notespot`, with a token.
pub(crate) struct Cli {
    pub(crate) home: TempDir,
    pub(crate) server: String,
    pub(crate) token: String,
}

impl Cli {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Where it keeps what is its own.
    pub(crate) fn data(&self) -> PathBuf {
        self.path(".local/share/notespot")
    }

    fn command(&self, under: &[String], arguments: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_notespot");
        let mut command = match under {
            [] => Command::new(program),
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.args(arguments).current_dir(self.home.path()).env_clear().env("PATH", path);
        command.env("HOME", self.home.path()).env("NOTESPOT_SERVER", &self.server);
        command.env("NOTESPOT_TOKEN", &self.token).kill_on_drop(true).stdin(Stdio::null());
        command
    }

    /// Runs the command until this death; whether it died. One that was faster must have succeeded.
    pub(crate) async fn dies(&self, death: Death, arguments: &[&str]) -> bool {
        let mut command = self.command(&death.under(), arguments);
        let mut stderr = tempfile::tempfile().unwrap();
        let told = Stdio::from(stderr.try_clone().unwrap());
        let mut process = command.stdout(Stdio::null()).stderr(told).spawn().unwrap();
        let status = match death {
            Death::At(..) | Death::On(..) => process.wait().await,
            Death::After(moment) => {
                if let Ok(status) = tokio::time::timeout(moment, process.wait()).await {
                    status
                } else {
                    process.start_kill().unwrap();
                    process.wait().await
                }
            }
        };
        let status = status.unwrap();
        let mut said = String::new();
        stderr.rewind().and_then(|()| stderr.read_to_string(&mut said)).unwrap();
        assert!(was_killed(status) || status.success(), "{arguments:?}, {death:?}: {status}\n{said}");
        was_killed(status)
    }

    /// Runs the command to its end, which must be a good one.
    pub(crate) async fn completes(&self, arguments: &[&str]) -> Output {
        self.completes_under(&[], arguments).await
    }

    /// The same, by another program: `under` is that program and its first arguments.
    pub(crate) async fn completes_under(&self, under: &[String], arguments: &[&str]) -> Output {
        let output = self.command(under, arguments).output().await.unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        output
    }

    /// The names in a folder on the server, in order. One that is there twice is listed twice.
    pub(crate) async fn listed(&self, folder: &Path) -> Vec<String> {
        let output = self.completes(&["ls", "--json", folder.to_str().unwrap()]).await;
        let nodes: Value = serde_json::from_slice(&output.stdout).unwrap();
        let names = nodes.as_array().unwrap().iter();
        let mut names: Vec<_> = names.map(|node| node["name"].as_str().unwrap().to_owned()).collect();
        names.sort_unstable();
        names
    }
}
