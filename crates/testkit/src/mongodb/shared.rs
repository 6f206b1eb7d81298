//! The server that the tests of a build share.
//!
//! nextest runs each test in a process of its own, and a server takes a second to start: so the first test that
//! needs it starts one for all, and a process beside it ends that server when no test has used it for a while.
//! Who uses it holds a lock that is gone with the process, however it ends; so does the process beside it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use crate::{program, sha256_of};

pub(super) const BOUND: Duration = Duration::from_mins(2);
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// A server that is used, for as long as this is held.
#[derive(Debug)]
pub(super) struct Used {
    pub(super) port: u16,
    _lock: File,
}

/// The address of the server that the tests of this build share; used until this process ends.
pub(super) fn address() -> anyhow::Result<String> {
    static USED: Mutex<Option<Used>> = Mutex::new(None);
    let mut used = USED.lock().unwrap_or_else(PoisonError::into_inner);
    let port = match &*used {
        Some(used) => used.port,
        None => used.insert(use_server(&folder()?)?).port,
    };
    Ok(format!("mongodb://127.0.0.1:{port}/?directConnection=true"))
}

/// Of this build: another one has its own server.
fn folder() -> anyhow::Result<PathBuf> {
    let keeper = program(super::keeper::PROGRAM)?;
    let of_build = sha256_of(keeper.as_os_str().as_encoded_bytes()).to_string();
    let folder = std::env::temp_dir().join(format!("notespot-mongodb-{}", &of_build[..16]));
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

pub(super) fn lock_file(folder: &Path, name: &str) -> anyhow::Result<File> {
    Ok(File::options().create(true).truncate(false).read(true).write(true).open(folder.join(name))?)
}

/// Uses the server of a folder, which is started where there is none.
pub(super) fn use_server(folder: &Path) -> anyhow::Result<Used> {
    let starting = lock_file(folder, "starting")?;
    starting.lock()?;
    let used = lock_file(folder, "used")?;
    used.lock_shared()?;
    let port = match running(folder)? {
        Some(port) => port,
        None => start(folder)?,
    };
    Ok(Used { port, _lock: used })
}

/// Its port, where it runs. What is written there after its keeper died means nothing: the port may be anybody's.
pub(super) fn running(folder: &Path) -> anyhow::Result<Option<u16>> {
    if lock_file(folder, "kept")?.try_lock().is_ok() {
        return Ok(None);
    }
    let Ok(port) = fs::read_to_string(folder.join("port")) else { return Ok(None) };
    let port = port.parse().context("no port is written where it should be")?;
    Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok().map(|_| port))
}

fn start(folder: &Path) -> anyhow::Result<u16> {
    let log = File::create(folder.join("keeper"))?;
    let mut keeper = Command::new(program(super::keeper::PROGRAM)?)
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .spawn()?;
    let began = Instant::now();
    loop {
        if let Some(port) = running(folder)? {
            return Ok(port);
        }
        let said = || fs::read_to_string(folder.join("keeper")).unwrap_or_default();
        if let Some(status) = keeper.try_wait()? {
            bail!("The MongoDB of the tests did not start ({status}); `npm test` installs it.\n{}", said());
        }
        ensure!(began.elapsed() < BOUND, "It was not ready after {BOUND:?}.\n{}", said());
        sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_ends_when_no_test_has_used_it_for_a_while_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let one = use_server(folder.path()).unwrap();
        let other = use_server(folder.path()).unwrap();
        assert_eq!(one.port, other.port, "the second finds the first one's");
        drop(one);
        sleep(super::super::keeper::UNUSED_FOR + Duration::from_secs(2));
        assert_eq!(running(folder.path()).unwrap(), Some(other.port), "it is used still");
        drop(other);
        let began = Instant::now();
        while running(folder.path()).unwrap().is_some() {
            assert!(began.elapsed() < BOUND, "it still runs");
            sleep(PAUSE);
        }
    }

    #[test]
    fn what_a_keeper_that_died_has_written_is_not_believed() {
        let (folder, somebody) =
            (tempfile::tempdir().unwrap(), std::net::TcpListener::bind("127.0.0.1:0").unwrap());
        let port = somebody.local_addr().unwrap().port();
        fs::write(folder.path().join("port"), port.to_string()).unwrap();
        assert_eq!(running(folder.path()).unwrap(), None);
        let _keeper = {
            let kept = lock_file(folder.path(), "kept").unwrap();
            kept.lock().unwrap();
            kept
        };
        assert_eq!(running(folder.path()).unwrap(), Some(port));
    }
}
