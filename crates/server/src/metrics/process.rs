//! The process: memory, time, files. Named and meant as the client libraries of Prometheus have them
//! (<https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>). Read when they are asked for;
//! nothing of it is there on systems without `/proc`.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

pub(super) fn register(registry: &mut Registry) {
    registry.register_collector(Box::new(Process));
}

#[derive(Debug)]
struct Process;

/// What the system says of this process.
struct Now {
    cpu_seconds: f64,
    resident_bytes: u64,
    open_files: u64,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Some(now) = Now::read() else { return Ok(()) };
        let mut gauge = |name: &str, help: &str, value: u64| {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)
        };
        gauge("process_resident_memory_bytes", "Memory in use", now.resident_bytes)?;
        gauge("process_open_fds", "Open files and connections", now.open_files)?;
        let cpu = ConstCounter::new(now.cpu_seconds);
        let help = "Time of processors spent";
        cpu.encode(encoder.encode_descriptor("process_cpu_seconds", help, None, cpu.metric_type())?)
    }
}

impl Now {
    fn read() -> Option<Self> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
        let resident_pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
        let open_files = std::fs::read_dir("/proc/self/fd").ok()?.count();
        Some(Self {
            cpu_seconds: cpu_seconds(&stat)?,
            resident_bytes: resident_pages * u64::try_from(rustix::param::page_size()).ok()?,
            // One of them reads the folder.
            open_files: u64::try_from(open_files.saturating_sub(1)).ok()?,
        })
    }
}

/// proc(5): `utime` and `stime` are the 14th and 15th fields; the second is a name in brackets, which may hold
/// spaces.
#[expect(clippy::cast_precision_loss, reason = "ticks of a hundred years are exact in an f64")]
fn cpu_seconds(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let utime: u64 = fields.next()?.parse().ok()?;
    let stime: u64 = fields.next()?.parse().ok()?;
    Some((utime + stime) as f64 / rustix::param::clock_ticks_per_second() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_is_passed_over() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 0 0 20";
        let ticks = rustix::param::clock_ticks_per_second();
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let expected = 300.0 / ticks as f64;
        assert!((cpu_seconds(stat).unwrap() - expected).abs() < 1e-9);
    }

    #[test]
    fn this_process_has_memory_and_files() {
        let now = Now::read().unwrap();
        assert!(now.resident_bytes > 1_000_000 && now.open_files > 2);
    }
}
