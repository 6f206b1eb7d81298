//! Five hundred requests a second, for long, and what memory does meanwhile.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Programs;
use super::load::{Load, measured};
use super::place::Place;
use super::report::Figures;

/// Between two requests of each of 32 connections, in milliseconds: somewhat more than 500 a second.
const PAUSE: u32 = 60;
const EACH: Duration = Duration::from_secs(10);
/// Of each row, lines among all that are sent.
const MIX: [(&str, usize); 5] = [("get", 2500), ("list", 500), ("changes", 400), ("link", 400), ("one", 200)];
/// Mixes them: a prime, so that each is taken once.
const STRIDE: usize = 1597;
/// Caches fill in the beginning: of so many parts, the first is not looked at.
const PARTS: usize = 5;

/// Memory all ten seconds: what the process holds by itself, and with what it has mapped of its database.
pub(super) fn measure(programs: &Programs, minutes: u32) -> anyhow::Result<Figures> {
    let place = Place::filled(programs, "soak", 100, 1000)?;
    let mut lines = Vec::new();
    for (row, count) in MIX {
        let file = place.asks(programs, row, count)?;
        lines.extend(std::fs::read_to_string(file)?.lines().map(str::to_owned));
    }
    let asks = place.data.join("soak.txt");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&asks)?);
    for number in 0..lines.len() {
        writeln!(out, "{}", lines[number * STRIDE % lines.len()])?;
    }
    out.flush()?;

    let ended = AtomicBool::new(false);
    let (load, samples) = std::thread::scope(|scope| {
        let sampling = scope.spawn(|| sample(&place, &ended));
        let load = Load { asks: &asks, seconds: minutes * 60, once: false, pause: Some(PAUSE) };
        let load = measured(programs, &place, &load);
        ended.store(true, Ordering::Relaxed);
        (load, sampling.join())
    });
    let samples = samples.map_err(|_| anyhow::anyhow!("sampling failed"))??;
    let mut figures = Figures::new();
    load?.name("soak", &mut figures);
    figures.insert("soak.minutes".to_owned(), vec![f64::from(minutes)]);
    for (name, of) in [("own", 1), ("all", 2)] {
        let points: Vec<_> = samples.iter().map(|sample| (sample[0], sample[of])).collect();
        let points = &points[points.len() / PARTS..];
        figures.insert(format!("soak.{name}_mib"), points.iter().map(|(_, mib)| *mib).collect());
        figures.insert(format!("soak.{name}_slope"), vec![slope(points) * 600.0]);
    }
    Ok(figures)
}

/// Seconds, and memory in MiB.
fn sample(place: &Place, ended: &AtomicBool) -> anyhow::Result<Vec<[f64; 3]>> {
    let (began, mut samples) = (Instant::now(), Vec::new());
    while !ended.load(Ordering::Relaxed) {
        let (own, all) = (place.memory_mib("RssAnon")?, place.memory_mib("VmRSS")?);
        samples.push([began.elapsed().as_secs_f64(), own, all]);
        eprintln!(
            "soak: {:.0} s, {own:.1} MiB, {all:.1} MiB with what is mapped",
            began.elapsed().as_secs_f64()
        );
        std::thread::sleep(EACH);
    }
    Ok(samples)
}

/// Least squares: how much it grows in a second.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count: f64 = points.iter().map(|_| 1.0).sum();
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let along: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    along / spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_of_a_line_is_found_and_noise_around_it_is_not() {
        let points: Vec<_> = (0..10).map(|at| (f64::from(at), 3.0 + 0.5 * f64::from(at))).collect();
        assert!((slope(&points) - 0.5).abs() < 1e-9);
        assert!(slope(&[(0.0, 5.0), (1.0, 6.0), (2.0, 6.0), (3.0, 5.0)]).abs() < 1e-9);
    }
}
