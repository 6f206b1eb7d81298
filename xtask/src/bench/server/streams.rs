//! Ten thousand clients that listen.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use super::Programs;
use super::place::Place;
use super::report::Figures;

const STREAMS: u32 = 10_000;
/// Half of the server's connections may listen, and 64 of one owner.
const SETTINGS: [(&str, &str); 1] = [("NOTESPOT_CONNECTIONS", "20100")];
const OWNERS: u32 = 200;
const NODES: u32 = 50;
/// A few heartbeats of the server.
const HELD: Duration = Duration::from_secs(35);

/// What bench-server tells.
#[derive(Debug, Deserialize)]
struct Heard {
    told: u32,
    failed: u32,
    seconds: f64,
    why: Option<String>,
}

/// The server's memory, before and while they listen.
pub(super) fn measure(programs: &Programs) -> anyhow::Result<Figures> {
    let data = programs.work.join("streams");
    drop(Place::filled(programs, "streams", OWNERS, NODES)?);
    let place = Place::ours(programs, "streams", data, &SETTINGS)?;
    let mut figures = Figures::new();
    let mut add = |name: &str, value: f64| figures.entry(name.to_owned()).or_default().push(value);
    add("streams.before_mib", place.memory_mib("VmRSS")?);

    let mut listening = Command::new(&programs.bench)
        .args(["streams", &place.url])
        .arg(&place.data)
        .arg(STREAMS.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(listening.stdout.take().context("it has no output")?).read_line(&mut line)?;
    let heard: Heard = serde_json::from_str(&line).context("bench-server says something else")?;
    eprintln!("streams: {heard:?}");
    let before = place.cpu()?;
    std::thread::sleep(HELD);
    add("streams.told", f64::from(heard.told));
    add("streams.seconds", heard.seconds);
    // With fewer it says nothing of all of them.
    let name = if heard.told < STREAMS { "streams.of_fewer_mib" } else { "streams.mib" };
    add(name, place.memory_mib("VmRSS")?);
    add("streams.peak_mib", place.memory_mib("VmHWM")?);
    let cpu = place.cpu()?.saturating_sub(before);
    add("streams.cpu_percent", cpu.as_secs_f64() / HELD.as_secs_f64() * 100.0);
    drop(listening.stdin.take());
    ensure!(listening.wait()?.success(), "the clients failed");
    if heard.failed > 0 {
        eprintln!("streams: {} had no place: {}", heard.failed, heard.why.unwrap_or_default());
    }
    Ok(figures)
}
