//! The server's other commands: accounts and tokens.

use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use notespot_protocol::{Scope, UserId};
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::TestServer;
use super::process::command;

const BOUND: Duration = Duration::from_mins(1);

/// Runs `notespot-server` with these arguments to its end, and gives what it wrote and how it ended.
/// Fails when it takes longer than a minute, and kills it then.
pub async fn run_server(arguments: &[&str], stdin: &str) -> anyhow::Result<Output> {
    let mut command = command()?;
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("The server's program could not be started.")?;
    let mut input = child.stdin.take().context("It has no standard input.")?;
    // A program that refuses at once does not read its input, which is no failure here.
    let _closed_early = input.write_all(stdin.as_bytes()).await;
    drop(input);
    let output = timeout(BOUND, child.wait_with_output()).await;
    output.with_context(|| format!("notespot-server {arguments:?} did not end."))?.context("It is lost.")
}

impl TestServer {
    /// Makes an account, with `notespot-server user add`. The server may be running.
    pub async fn add_user(&self, email: &str, name: &str, password: &str) -> anyhow::Result<UserId> {
        let arguments = ["user", "add", "--email", email, "--name", name, "--password-stdin"];
        Ok(UserId(self.command(&arguments, password).await?))
    }

    /// Makes a personal access token, with `notespot-server token create`; with no scopes, for
    /// everything that a token may do.
    pub async fn token(&self, email: &str, scopes: &[Scope]) -> anyhow::Result<String> {
        let mut arguments = vec!["token", "create", "--email", email];
        for scope in scopes {
            let name = match scope {
                Scope::Read => "read",
                Scope::Upload => "upload",
                Scope::Manage => "manage",
            };
            arguments.extend(["--scope", name]);
        }
        self.command(&arguments, "").await
    }

    /// A new account, and a token that may do everything. `name` makes the address too.
    pub async fn somebody(&self, name: &str) -> anyhow::Result<String> {
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        self.add_user(&email, name, "correct horse battery").await?;
        self.token(&email, &[]).await
    }

    /// Runs another command on the same settings and data, such as `["user", "show", …]`, and gives what it printed.
    /// Fails when the command does.
    pub async fn command(&self, arguments: &[&str], stdin: &str) -> anyhow::Result<String> {
        let folder = self.data_dir().to_str().context("The data folder's name is not text.")?;
        let flags: Vec<&str> = self.flags.iter().map(String::as_str).collect();
        let arguments = [arguments, &["--data-dir", folder], &flags].concat();
        let output = run_server(&arguments, stdin).await?;
        if !output.status.success() {
            bail!("notespot-server {arguments:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }
}
