//! Our server, and people at it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::certificates::trust;
use super::measure::{Serving, output, wait_for};
use super::network::{FAR_ADDRESS, Side};
use super::stores::{self, OURS, Store};
use super::tools::Tools;

/// `notespot-server`, with its metadata in a folder of this run and its objects in the store.
#[derive(Debug)]
pub(super) struct Ours {
    pub(super) url: String,
    serving: Serving,
    program: PathBuf,
    data: PathBuf,
}

impl Ours {
    pub(super) fn start(
        tools: &Tools,
        store: &Store,
        side: Side,
        authority: &Path,
        work: &Path,
    ) -> anyhow::Result<Self> {
        let data = work.join("server");
        if data.exists() {
            std::fs::remove_dir_all(&data)?;
        }
        std::fs::create_dir_all(&data)?;
        let free = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("{}:{free}", if side == Side::Here { "127.0.0.1" } else { FAR_ADDRESS });
        let log = work.join("server.log");
        let mut command = side.command(&tools.server);
        command.arg("serve").arg("--data-dir").arg(&data).args(["--listen", &address]);
        command.args(["--quota", "100TB", "--objects"]);
        command.arg(format!("s3://{OURS}?region=us-east-1&endpoint={}&path_style=true", store.endpoint));
        trust(command.envs(stores::credentials()), authority);
        let serving = Serving::start(&mut command, &log)?;
        wait_for(side, &address, &log)?;
        Ok(Self { url: format!("http://{address}"), serving, program: tools.server.clone(), data })
    }

    /// A new account: nothing that another run has uploaded is known to it. Gives its token.
    pub(super) fn person(&self, name: &str) -> anyhow::Result<String> {
        let email = format!("{name}@example.org");
        let mut add = self.command(&["user", "add", "--name", name, "--password-stdin", "--email", &email]);
        let mut child = add.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        child.stdin.take().context("it has no input")?.write_all(b"correct horse battery\n")?;
        ensure!(child.wait()?.success(), "the account {name} could not be made");
        Ok(output(&mut self.command(&["token", "create", "--email", &email]))?.trim().to_owned())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).args(["--quota", "100TB"]).arg("--data-dir").arg(&self.data);
        command
    }

    /// CPU that the server took so far.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        self.serving.cpu()
    }
}
