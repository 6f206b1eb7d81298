//! The same on the MongoDB wire server that the tests use, for the record.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use super::super::measure::Serving;
use super::place::Place;
use super::report::Figures;
use super::{Options, Programs, rounds};

const SERVER: &str = "secantusd-py";
const OWNERS: &str = "4";
/// Each.
const FILES: &str = "500";
const BOUND: Duration = Duration::from_mins(1);

pub(super) fn measure(programs: &Programs, options: &Options) -> anyhow::Result<Figures> {
    let data = programs.work.join("mongodb");
    std::fs::create_dir_all(&data)?;
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut command = Command::new(program()?);
    command.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--sync-on-commit", "--storage-path"]);
    let _database = Serving::start(command.arg(data.join("database")), &data.join("database.log"))?;
    let began = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        ensure!(began.elapsed() < BOUND, "{SERVER} was not ready after {BOUND:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let address = format!("mongodb://127.0.0.1:{port}/notespot_bench?directConnection=true");
    let made = Command::new(&programs.bench).args(["people", &address]).arg(&data).arg(OWNERS).status()?;
    ensure!(made.success(), "nobody could be made");
    let place = Place::ours(programs, "mongodb", data, &[("NOTESPOT_METADATA", &address)])?;
    let uploaded =
        Command::new(&programs.bench).args(["upload", &place.url]).arg(&place.data).arg(FILES).status()?;
    ensure!(uploaded.success(), "nothing could be uploaded");
    rounds::measure(programs, options, &[("mongodb", &place)])
}

/// On the PATH, or where `npm test` installs it.
fn program() -> anyhow::Result<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let cache = std::env::var_os("XDG_CACHE_HOME").map(std::path::PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| std::path::Path::new(&home).join(".cache"));
    let tools = cache.or_else(home).unwrap_or_default().join("notespot/tools");
    let installed = std::fs::read_dir(tools).into_iter().flatten().flatten().map(|entry| entry.path());
    let installed = installed.filter(|folder| folder.to_string_lossy().contains("secantusdb"));
    let folders = std::env::split_paths(&path).chain(installed.map(|folder| folder.join("bin")));
    let mut programs = folders.map(|folder| folder.join(SERVER));
    programs
        .find(|program| program.is_file())
        .with_context(|| format!("{SERVER} is missing: npm test installs it"))
}
