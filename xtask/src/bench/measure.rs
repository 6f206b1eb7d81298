//! Runs a program to its end, and what that took.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use wait4::Wait4 as _;

use super::network::Side;

/// A program that hangs would hang everything.
const BOUND_SECONDS: &str = "1800";

/// What a program took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Used {
    pub(super) wall: Duration,
    pub(super) user: Duration,
    pub(super) system: Duration,
    pub(super) peak_bytes: u64,
}

impl Used {
    /// One program after the other.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            wall: self.wall + other.wall,
            user: self.user + other.user,
            system: self.system + other.system,
            peak_bytes: self.peak_bytes.max(other.peak_bytes),
        }
    }
}

/// Something to run.
#[derive(Debug)]
pub(super) struct Call(pub(super) Command);

/// Runs it. Its words go to `log`, which is shown when it fails.
pub(super) fn measured(call: &Call, log: &Path) -> anyhow::Result<Used> {
    let (program, mut bounded) = (call.0.get_program(), Command::new("timeout"));
    bounded.args(["--signal=KILL", BOUND_SECONDS]).arg(program).args(call.0.get_args());
    for (name, value) in call.0.get_envs() {
        match value {
            Some(value) => bounded.env(name, value),
            None => bounded.env_remove(name),
        };
    }
    if let Some(folder) = call.0.get_current_dir() {
        bounded.current_dir(folder);
    }
    let said = File::create(log)?;
    bounded.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
    let begun = Instant::now();
    let child = bounded.spawn().with_context(|| format!("{} cannot be run", program.display()))?;
    let ended = child.wait4()?;
    let wall = begun.elapsed();
    if !ended.status.success() {
        let said = std::fs::read_to_string(log).unwrap_or_default();
        let tail: Vec<_> = said.lines().rev().take(20).collect();
        let tail: Vec<_> = tail.into_iter().rev().collect();
        bail!("{:?} ended with {}:\n{}", call.0, ended.status, tail.join("\n"));
    }
    let rusage = ended.rusage;
    Ok(Used { wall, user: rusage.utime, system: rusage.stime, peak_bytes: rusage.maxrss })
}

/// Runs something that is not measured, and gives what it wrote.
pub(super) fn output(command: &mut Command) -> anyhow::Result<String> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("{command:?} cannot be run"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?} ended with {}:\n{said}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A program that serves until this is dropped.
#[derive(Debug)]
pub(super) struct Serving(std::process::Child);

impl Serving {
    /// Starts it. Its words go to `log`.
    pub(super) fn start(command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let said = OpenOptions::new().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
        let child = command.spawn().with_context(|| format!("{command:?} cannot be run"))?;
        Ok(Self(child))
    }

    /// Its process.
    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// CPU that it and the processes that it started took so far.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        let id = self.0.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|id| id.parse().ok());
        std::iter::once(id).chain(children).map(cpu_of).sum()
    }
}

/// Fields 14 and 15 of `stat` (proc(5)), in hundredths of a second.
fn cpu_of(id: u32) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    let (user, system) = ticks(11).zip(ticks(12)).context("/proc has another form here")?;
    Ok(Duration::from_millis((user + system) * 10))
}

impl Drop for Serving {
    /// Asks it to end, so that it ends what it started, and makes it end after a while.
    fn drop(&mut self) {
        let until = Instant::now() + Duration::from_secs(5);
        let asked = Command::new("kill").arg(self.0.id().to_string()).status();
        while asked.is_ok() && matches!(self.0.try_wait(), Ok(None)) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// curl's word for a connection that was refused.
const REFUSED: i32 = 7;

/// Waits until something listens there.
pub(super) fn wait_for(side: Side, address: &str, log: &Path) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_mins(1);
    let is_refused = || -> anyhow::Result<bool> {
        let mut curl = side.command(Path::new("curl"));
        let asked = curl.args(["--silent", "--insecure", "--max-time", "5", address]).output()?;
        Ok(asked.status.code() == Some(REFUSED))
    };
    while is_refused()? {
        if Instant::now() > until {
            bail!("Nothing listens on {address}:\n{}", std::fs::read_to_string(log).unwrap_or_default());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
