//! Load: wrk, and what it cost the server.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use super::super::measure::output;
use super::Programs;
use super::place::Place;
use super::report::Figures;
use crate::checkout;

pub(super) const CONNECTIONS: &str = "32";

/// What `bench/load.lua` tells.
#[derive(Debug, Deserialize)]
struct Told {
    requests: u32,
    micros: u32,
    /// Microseconds.
    p50: u32,
    p99: u32,
    failed: u32,
    /// Items of batches.
    refused: u32,
    /// How often all lines were sent.
    turns: u32,
}

/// One row at one place.
#[derive(Debug)]
pub(super) struct Load<'a> {
    /// Whose lines are sent.
    pub(super) asks: &'a Path,
    pub(super) seconds: u32,
    /// Each line means something once only.
    pub(super) once: bool,
    /// Milliseconds between two requests of a connection.
    pub(super) pause: Option<u32>,
}

/// Requests a second, the latency that half of them and all but one of a hundred stayed below, and CPU of the server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    pub(super) per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) cpu_micros: f64,
}

impl Measured {
    /// Under these names.
    pub(super) fn name(self, prefix: &str, figures: &mut Figures) {
        let values = [
            ("rps", self.per_second),
            ("p50_ms", self.p50_ms),
            ("p99_ms", self.p99_ms),
            ("cpu_us", self.cpu_micros),
        ];
        for (name, value) in values {
            figures.entry(format!("{prefix}.{name}")).or_default().push(value);
        }
    }
}

/// Puts a place under load.
pub(super) fn measured(programs: &Programs, place: &Place, load: &Load<'_>) -> anyhow::Result<Measured> {
    let script = checkout::root()?.join("bench/load.lua");
    let mut wrk = Command::new(&programs.wrk);
    wrk.args(["--threads", "1", "--connections", CONNECTIONS, "--timeout", "30s"]);
    wrk.arg("--duration").arg(format!("{}s", load.seconds)).arg("--script").arg(script);
    wrk.arg(&place.url).arg("--").arg(load.asks);
    wrk.args(load.pause.map(|pause| pause.to_string()));
    let before = place.cpu()?;
    let said = output(&mut wrk)?;
    let cpu = place.cpu()?.saturating_sub(before);
    let line = said.lines().find(|line| line.starts_with('{')).context("wrk told nothing")?;
    let told: Told = serde_json::from_str(line)?;
    let Told { requests, micros, p50, p99, failed, refused, turns } = told;
    ensure!(requests > 0 && failed == 0 && refused == 0, "at {}: {told:?}", place.name);
    ensure!(!load.once || turns == 0, "{} lines are too few for {} s", load.asks.display(), load.seconds);
    Ok(Measured {
        per_second: f64::from(requests) / f64::from(micros) * 1e6,
        p50_ms: f64::from(p50) / 1e3,
        p99_ms: f64::from(p99) / 1e3,
        cpu_micros: cpu.as_secs_f64() * 1e6 / f64::from(requests),
    })
}
