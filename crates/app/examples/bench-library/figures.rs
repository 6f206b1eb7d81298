//! What was measured, by name: one value a round.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Values by name, one for each round.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Figures(BTreeMap<String, Vec<f64>>);

impl Figures {
    pub(crate) fn add(&mut self, name: impl Into<String>, value: f64) {
        self.0.entry(name.into()).or_default().push(value);
    }

    /// In milliseconds.
    pub(crate) fn add_time(&mut self, name: impl Into<String>, time: Duration) {
        self.add(name, millis(time));
    }

    /// The time that half of them took, and that which one of a hundred took longer than.
    pub(crate) fn add_percentiles(&mut self, name: &str, mut times: Vec<Duration>) {
        times.sort_unstable();
        self.add_time(format!("{name}.p50"), percentile(&times, 50));
        self.add_time(format!("{name}.p99"), percentile(&times, 99));
    }

    /// More rounds.
    pub(crate) fn merge(&mut self, more: Self) {
        for (name, values) in more.0 {
            self.0.entry(name).or_default().extend(values);
        }
    }
}

pub(crate) fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    percentile(&times, 50)
}

/// Of sorted ones.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() - 1) * percent / 100]
}

/// The most memory that a process ever held (`VmHWM`, proc(5)), in MiB. `process`: its id, or `self`.
pub(crate) fn peak_mib(process: &str) -> f64 {
    memory(process, "VmHWM:")
}

/// What a process holds now, in MiB.
pub(crate) fn resident_mib(process: &str) -> f64 {
    memory(process, "VmRSS:")
}

fn memory(process: &str, field: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}

/// CPU that a process took so far, in seconds (`stat`, proc(5), in hundredths): what other programs on the machine
/// disturb less than the clock.
pub(crate) fn cpu_seconds(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Numbers from a seed (a linear congruential generator's upper bits): the same in every run.
#[derive(Debug)]
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(limit.max(1))).unwrap()
    }
}
