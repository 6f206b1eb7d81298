//! The command line.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use notespot_app::{AppConfig, NetworkSettings, TransferSettings};
use notespot_protocol::ByteCount;

use crate::output::Json;

const AFTER: &str = r#"Names are paths from the top level, such as `Semester 5/notes.pdf`; an id does as well.

Environment:
  NOTESPOT_SERVER   the server's address [default: the one used last, else http://127.0.0.1:4800]
  NOTESPOT_TOKEN    a personal access token, for machines without a keyring; takes the place of signing in
  NOTESPOT_PROXY    the proxy for everything, such as http://proxy:3128 or socks5h://proxy:1080, or `none`
                    [default: the system's; HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY tell it too]
  NOTESPOT_EXTRA_CA a PEM file of certificate authorities to trust as well as the system's
  NOTESPOT_LOG      what to log on standard error, such as `debug`

Exit codes:
  0  done
  1  failed, wholly or in part
  2  the command was not understood
  3  not signed in
  4  the server cannot be reached
  141  whoever read the output has gone

With --json, standard output holds one object or one array and nothing else; files stand in it in the order
in which they end. What failed stands there as
{"error": {"code", "message", "request_id"}}. With --json=events it holds an object a line as things
happen: `progress` twice a second, `item` for each file, `end` at the end.

An upload or a download that was interrupted goes on where it was when the same command is given again."#;

/// Files and public links from the command line
#[derive(Debug, Parser)]
#[command(name = "notespot", version, after_help = AFTER)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Answer in JSON, for scripts
    #[arg(
        long,
        global = true,
        value_name = "FORM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "document"
    )]
    pub(crate) json: Option<Json>,
    #[command(flatten)]
    pub(crate) pace: Pace,
    #[command(flatten)]
    pub(crate) way: Way,
    /// The server's address; goes before `NOTESPOT_SERVER`
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) server: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in with your browser
    SignIn,
    /// Sign out, and forget the session
    SignOut,
    /// Upload files, and folders with everything in them
    Upload(UploadArguments),
    /// Download files, and folders with everything in them, and verify them
    Download(DownloadArguments),
    /// List a folder
    Ls {
        /// The folder [default: the top level]
        #[arg(value_name = "FOLDER")]
        folder: Option<String>,
    },
    /// Print a file's public link; made where there is none
    Link {
        /// The file
        #[arg(value_name = "NAME-OR-ID")]
        name: String,
    },
    /// End a file's public link, at once and for ever
    Unlink {
        /// The file
        #[arg(value_name = "NAME-OR-ID")]
        name: String,
    },
    /// Move files and folders to the trash
    Rm {
        /// What to move there
        #[arg(required = true, value_name = "NAME-OR-ID")]
        names: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct UploadArguments {
    /// The files and folders; `-` with --name for standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The folder that they go into [default: the top level]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) to: Option<String>,
    /// Make a public link of each, and print it
    #[arg(long)]
    pub(crate) link: bool,
    /// What to do with a file whose name is taken there by another
    #[arg(long, value_name = "CHOICE", default_value = "keep-both")]
    pub(crate) on_conflict: OnConflict,
    /// What standard input is to be called
    #[arg(long, value_name = "NAME", required_if_eq("paths", "-"))]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DownloadArguments {
    /// The files and folders; `*`, `?` and `[a-z]` stand for what they match
    #[arg(required = true, value_name = "NAME-OR-ID")]
    pub(crate) names: Vec<String>,
    /// The folder on this machine that they go into, made where it is missing; `-` for standard output
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) to: PathBuf,
    /// What to do with a file whose name is taken by another
    #[arg(long, value_name = "CHOICE", default_value = "keep-both")]
    pub(crate) on_conflict: OnConflict,
}

/// What to do with a file whose name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnConflict {
    /// Number the new one
    KeepBoth,
    /// Replace the one that is there; at the server it stays as the version before
    Replace,
    /// Leave the one that is there
    Skip,
}

/// The way that requests take.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub(crate) struct Way {
    /// The proxy for everything, or `none`; goes before `NOTESPOT_PROXY`
    #[arg(long, global = true, value_name = "URL")]
    proxy: Option<String>,
    /// A PEM file of certificate authorities to trust; goes before `NOTESPOT_EXTRA_CA`
    #[arg(long, global = true, value_name = "FILE")]
    extra_ca: Option<PathBuf>,
}

impl Way {
    pub(crate) fn apply(&self, settings: &mut NetworkSettings) {
        settings.proxy = self.proxy.clone().or(settings.proxy.take());
        settings.extra_ca = self.extra_ca.clone().or(settings.extra_ca.take());
    }
}

/// How hard transfers work.
#[derive(Debug, Args)]
#[command(next_help_heading = "Transfers")]
pub(crate) struct Pace {
    /// Requests with file content that are under way at once, at most
    #[arg(long, global = true, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=256))]
    parallel: Option<u16>,
    /// The most that uploads may take a second, such as 500K or 2M
    #[arg(long, global = true, value_name = "BYTES", value_parser = bytes)]
    limit_up: Option<ByteCount>,
    /// The most that downloads may take a second
    #[arg(long, global = true, value_name = "BYTES", value_parser = bytes)]
    limit_down: Option<ByteCount>,
    /// For how long to go on by itself when the server or its storage goes away; 0 to fail at once
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = AppConfig::DEFAULT_PATIENCE.as_secs())]
    retry_for: u64,
    /// Read each download once more from the disk before it gets its name: for disks that are not trusted
    #[arg(long, global = true)]
    read_back: bool,
    /// Send everything, also content that the server has from you already
    #[arg(long, global = true)]
    no_dedupe: bool,
}

impl Pace {
    pub(crate) fn apply(&self, settings: &mut TransferSettings) {
        if let Some(parallel) = self.parallel {
            let parallel = usize::from(parallel);
            (settings.small_in_flight, settings.large_in_flight) = (parallel, parallel);
            settings.parts_in_flight = settings.parts_in_flight.min(parallel);
        }
        settings.limit_up = self.limit_up.or(settings.limit_up);
        settings.limit_down = self.limit_down.or(settings.limit_down);
        settings.read_back |= self.read_back;
        settings.dedupe &= !self.no_dedupe;
    }

    /// For how long to go on by itself.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.retry_for)
    }
}

#[derive(Debug, PartialEq, Eq)]
struct NoByteCount;

impl fmt::Display for NoByteCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no number of bytes, such as 500K or 2M")
    }
}

impl std::error::Error for NoByteCount {}

/// A number of bytes, with K, M or G for thousands, millions and milliards of them.
fn bytes(text: &str) -> Result<ByteCount, NoByteCount> {
    let digits = text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let factor = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        _ => return Err(NoByteCount),
    };
    let count: u64 = digits.parse().map_err(|_| NoByteCount)?;
    match count.checked_mul(factor) {
        Some(bytes) if bytes > 0 => Ok(ByteCount(bytes)),
        _ => Err(NoByteCount),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_bytes_are_read_as_people_write_them() {
        for (text, expected) in [("1", 1), ("500K", 500_000), ("2m", 2_000_000), ("3GB", 3_000_000_000)] {
            assert_eq!(bytes(text), Ok(ByteCount(expected)));
        }
        for text in ["", "0", "K", "1T", "-1", "1.5M", "99999999999999999999", "99999999999G"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
