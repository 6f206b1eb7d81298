//! The process beside the server, which ends it.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use super::shared::{BOUND, PAUSE, lock_file};

pub(super) const PROGRAM: &str = "mongodb-keeper";
const SERVER: &str = "secantusd-py";
/// What the server says when it listens, before its port.
const LISTENS: &str = "listening on 127.0.0.1:";

/// The server ends when it was not used for so long.
pub(super) const UNUSED_FOR: Duration = Duration::from_secs(5);
const LOOK_EACH: Duration = Duration::from_secs(1);

/// Runs the server of this folder until nobody has used it for a while: what the program `mongodb-keeper` does.
pub fn keep_mongodb(folder: &Path) -> anyhow::Result<()> {
    let kept = lock_file(folder, "kept")?;
    let data = tempfile::tempdir_in(folder)?;
    let (starting, used) = (lock_file(folder, "starting")?, lock_file(folder, "used")?);
    let mut server = Server::start(folder, data.path())?;
    // Only now does what is written mean anything; nobody else starts one meanwhile.
    kept.lock()?;
    let mut last_used = Instant::now();
    while server.0.try_wait()?.is_none() {
        sleep(LOOK_EACH);
        if used.try_lock().is_err() {
            last_used = Instant::now();
            continue;
        }
        used.unlock()?;
        if last_used.elapsed() >= UNUSED_FOR {
            // Nobody begins to use it in this moment.
            starting.lock()?;
            if used.try_lock().is_ok() {
                break;
            }
            starting.unlock()?;
        }
    }
    drop(fs::remove_file(folder.join("port")));
    Ok(())
}

/// Killed when it is dropped.
struct Server(Child);

impl Server {
    /// Starts it on a port that it chooses itself, so that nobody can take it in between, and writes down which.
    fn start(folder: &Path, data: &Path) -> anyhow::Result<Self> {
        let said = folder.join("server");
        let log = File::create(&said)?;
        let mut command = Command::new(SERVER);
        command.args(["--host", "127.0.0.1", "--port", "0", "--sync-on-commit", "--storage-path"]).arg(data);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut server = Self(command.spawn().with_context(|| format!("{SERVER} could not be started"))?);
        let began = Instant::now();
        let port = loop {
            let said = fs::read_to_string(&said)?;
            if let Some(port) = port_in(&said) {
                break port;
            }
            ensure!(server.0.try_wait()?.is_none(), "the server ended:\n{said}");
            ensure!(began.elapsed() < BOUND, "the server was not ready:\n{said}");
            sleep(PAUSE);
        };
        let written = folder.join("port.new");
        fs::write(&written, port.to_string())?;
        fs::rename(written, folder.join("port"))?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn port_in(said: &str) -> Option<u16> {
    let (_, port) = said.rsplit_once(LISTENS)?;
    // The line is there when it has its end.
    port.split_once('\n')?.0.trim().parse().ok()
}
