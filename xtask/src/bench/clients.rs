//! How each program is called.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::certificates::trust;
use super::matrix::{Cell, Scheme, StoreKind};
use super::measure::Call;
use super::network::Side;
use super::ours::Ours;
use super::sources::Source;
use super::stores::{self, ACCESS_KEY, PEERS, SECRET_KEY, Store};
use super::tools::Tools;

/// A program that moves files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    Ours,
    S5cmd {
        workers: u32,
    },
    Rclone,
    Aws,
    /// One connection, and a loop of read and write: no peer, but a limit.
    Plain,
}

impl Client {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::S5cmd { workers: 256 } => "s5cmd-256",
            Self::S5cmd { .. } => "s5cmd",
            Self::Rclone => "rclone",
            Self::Aws => "aws",
            Self::Plain => "plain",
        }
    }

    /// With which settings it is called.
    pub(super) fn settings(self) -> &'static str {
        match self {
            Self::Ours => "as shipped; server, metadata, checksums, SHA-256 and journal included",
            Self::S5cmd { workers: 256 } => "its default of 256 workers; cp -c 8 -p 16",
            Self::S5cmd { .. } => "--numworkers 32; cp -c 8 -p 16",
            Self::Rclone => {
                "--transfers 32 --checkers 32 --s3-chunk-size 16M --s3-upload-concurrency 8 --s3-upload-cutoff 16M --multi-thread-streams 8"
            }
            Self::Aws => "preferred_transfer_client = crt",
            Self::Plain => "one connection, read and write of 256 KiB, no checksum, no fsync",
        }
    }

    /// Whose result counts as the best peer's.
    pub(super) fn is_peer(self) -> bool {
        !matches!(self, Self::Ours | Self::Plain)
    }
}

/// Who takes part.
pub(super) fn taking_part(
    cell: &Cell,
    place: &Place<'_>,
    source: &Source,
    wanted: Option<&[String]>,
) -> Vec<Client> {
    let mut clients = vec![Client::Ours, Client::S5cmd { workers: 32 }];
    if !source.is_one() {
        clients.push(Client::S5cmd { workers: 256 });
    }
    clients.push(Client::Rclone);
    if place.tools.aws.is_some() && place.store.has_usual_ports {
        clients.push(Client::Aws);
    }
    if source.is_one() && cell.store == StoreKind::Discarding {
        clients.push(Client::Plain);
    }
    clients.retain(|client| wanted.is_none_or(|wanted| wanted.iter().any(|name| name == client.name())));
    clients
}

/// Everything that a call needs to know.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) tools: &'a Tools,
    pub(super) store: &'a Store,
    pub(super) ours: &'a Ours,
    pub(super) scheme: Scheme,
    pub(super) side: Side,
    pub(super) authority: &'a Path,
    /// A folder for what a run leaves on this machine.
    pub(super) work: &'a Path,
}

/// The peers' options for large objects.
const S5CMD: [&str; 5] = ["cp", "-c", "8", "-p", "16"];
const RCLONE: [&str; 12] = [
    "--transfers",
    "32",
    "--checkers",
    "32",
    "--s3-chunk-size",
    "16M",
    "--s3-upload-concurrency",
    "8",
    "--s3-upload-cutoff",
    "16M",
    "--multi-thread-streams",
    "8",
];

impl Place<'_> {
    /// The calls that upload a source under the name of this run; one after the other.
    pub(super) fn upload(&self, client: Client, source: &Source, run: &str) -> anyhow::Result<Vec<Call>> {
        let path = source.path.as_os_str();
        let remote = format!("{PEERS}/{run}/{}", source.name());
        Ok(match client {
            Client::Ours => self.upload_as(run, &self.ours.person(run)?, source)?,
            Client::S5cmd { workers } => {
                // With the slash, it is the folder's content that is copied.
                let from = if source.is_one() { source.path.clone() } else { source.path.join("") };
                let to = if source.is_one() { format!("s3://{remote}") } else { format!("s3://{remote}/") };
                vec![self.s5cmd(workers, [from.as_os_str(), OsStr::new(&to)])]
            }
            Client::Rclone => vec![self.rclone(source, [path, OsStr::new(&format!("bench:{remote}"))])],
            Client::Aws => vec![self.aws(source, [path, OsStr::new(&format!("s3://{remote}"))])?],
            Client::Plain => vec![self.plain("put", &remote, &source.path)],
        })
    }

    /// Ours, with this account's token: the upload, and a list of what is there then.
    pub(super) fn upload_as(&self, run: &str, token: &str, source: &Source) -> anyhow::Result<Vec<Call>> {
        let (path, name) = (source.path.as_os_str(), source.name());
        let upload = self.notespot(run, token, &["upload"], &[path])?;
        let listed = if source.is_one() { vec![] } else { vec![OsStr::new(&name)] };
        Ok(vec![upload, self.notespot(run, token, &["ls"], &listed)?])
    }

    /// The calls that download what was uploaded under the name `from` to a folder.
    pub(super) fn download(
        &self,
        client: Client,
        source: &Source,
        from: &Prepared,
        to: &Path,
    ) -> anyhow::Result<Vec<Call>> {
        let remote = format!("{PEERS}/{}/{}", from.run, source.name());
        let file = to.join(source.name());
        Ok(vec![match client {
            Client::Ours => {
                let name = source.name();
                let arguments = [OsStr::new(&name), OsStr::new("--to"), to.as_os_str()];
                let home = to.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.notespot(&home, &from.token, &["download"], &arguments)?
            }
            Client::S5cmd { workers } if source.is_one() => {
                self.s5cmd(workers, [OsStr::new(&format!("s3://{remote}")), file.as_os_str()])
            }
            Client::S5cmd { workers } => {
                self.s5cmd(workers, [OsStr::new(&format!("s3://{remote}/*")), to.join("").as_os_str()])
            }
            Client::Rclone => self.rclone(source, [OsStr::new(&format!("bench:{remote}")), file.as_os_str()]),
            Client::Aws => self.aws(source, [OsStr::new(&format!("s3://{remote}")), file.as_os_str()])?,
            Client::Plain => self.plain("get", &remote, &file),
        }])
    }

    fn notespot(&self, home: &str, token: &str, verb: &[&str], arguments: &[&OsStr]) -> anyhow::Result<Call> {
        let home = self.home(home)?;
        let mut command = self.side.command(&self.tools.cli);
        command.args(verb).args(arguments).current_dir(&home).env("HOME", &home);
        command.env("NOTESPOT_SERVER", &self.ours.url).env("NOTESPOT_TOKEN", token);
        Ok(Call(self.trusting(command)))
    }

    fn s5cmd(&self, workers: u32, ends: [&OsStr; 2]) -> Call {
        let mut command = self.side.command(&self.tools.s5cmd);
        command.args(["--endpoint-url", &self.store.endpoint, "--numworkers", &workers.to_string()]);
        command.args(S5CMD).args(ends).envs(stores::credentials());
        Call(self.trusting(command))
    }

    fn rclone(&self, source: &Source, ends: [&OsStr; 2]) -> Call {
        let mut command = self.side.command(&self.tools.rclone);
        command.arg(if source.is_one() { "copyto" } else { "copy" }).args(ends).args(RCLONE);
        command.env("RCLONE_CONFIG", "/dev/null").env("RCLONE_CONFIG_BENCH_TYPE", "s3");
        command.env("RCLONE_CONFIG_BENCH_PROVIDER", "Other");
        command.env("RCLONE_CONFIG_BENCH_ENDPOINT", &self.store.endpoint);
        command.env("RCLONE_CONFIG_BENCH_ACCESS_KEY_ID", ACCESS_KEY);
        command.env("RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY", SECRET_KEY);
        if self.scheme == Scheme::Https {
            command.arg("--ca-cert").arg(self.authority);
        }
        Call(command)
    }

    fn aws(&self, source: &Source, ends: [&OsStr; 2]) -> anyhow::Result<Call> {
        let config = self.work.join("aws.conf");
        fs::write(
            &config,
            "[default]\nregion = us-east-1\ns3 =\n  preferred_transfer_client = crt\n  addressing_style = path\n",
        )?;
        let mut command = self.side.command(self.tools.aws.as_ref().context("there is no AWS CLI")?);
        command.args(["--endpoint-url", &self.store.endpoint, "s3", "cp", "--only-show-errors"]).args(ends);
        if !source.is_one() {
            command.arg("--recursive");
        }
        command.envs(stores::credentials()).env("AWS_CONFIG_FILE", config);
        if self.scheme == Scheme::Https {
            trust(&mut command, self.authority);
        }
        Ok(Call(command))
    }

    fn plain(&self, verb: &str, remote: &str, file: &Path) -> Call {
        let mut command = self.side.command(&self.tools.plain);
        command.arg(verb).arg(format!("{}/{remote}", self.store.endpoint)).arg(file);
        if self.scheme == Scheme::Https {
            command.arg("--cacert").arg(self.authority);
        }
        Call(command)
    }

    /// A home of its own: no run knows what another has left.
    fn home(&self, name: &str) -> anyhow::Result<PathBuf> {
        let home = self.work.join("homes").join(name);
        fs::create_dir_all(&home)?;
        Ok(home)
    }

    fn trusting(&self, mut command: Command) -> Command {
        if self.scheme == Scheme::Https {
            trust(&mut command, self.authority);
        }
        command
    }
}

/// What downloads fetch: uploaded once, before they are measured.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) run: String,
    /// Of our account that holds it.
    pub(super) token: String,
}
