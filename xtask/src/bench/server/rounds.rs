//! Each row at each place, in turn.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::load::{Load, measured};
use super::place::Place;
use super::report::Figures;
use super::{Options, Programs, WARM_UP_SECONDS};

/// Reads go round in so many.
const READS: usize = 5000;
/// A second of load takes so many calls of those that can be made once, at the most.
const PLANS_A_SECOND: usize = 400;
const COMPLETIONS_A_SECOND: usize = 120;

const ROWS: [&str; 6] = ["list", "get", "link", "changes", "plan", "complete"];
/// What Express answers too.
pub(super) const OF_BOTH: [&str; 2] = ["list", "get"];

pub(super) fn measure(
    programs: &Programs,
    options: &Options,
    places: &[(&str, &Place)],
) -> anyhow::Result<Figures> {
    let rows: Vec<_> = ROWS.into_iter().filter(|row| options.has(row)).collect();
    let mut asks = BTreeMap::new();
    for row in rows.iter().filter(|row| !is_once(row)) {
        for (key, place) in places.iter().filter(|(key, _)| answers(key, row)) {
            let lines = place.asks(programs, row, READS)?;
            let load = Load { asks: &lines, seconds: WARM_UP_SECONDS, once: false, pause: None };
            measured(programs, place, &load)?;
            asks.insert((*key, *row), lines);
        }
    }
    let mut figures = Figures::new();
    for round in 1..=options.rounds {
        for row in &rows {
            for (key, place) in places.iter().filter(|(key, _)| answers(key, row)) {
                let lines = match asks.get(&(*key, *row)) {
                    Some(lines) => lines.clone(),
                    None => once(programs, place, row, options.seconds)?,
                };
                let load = Load { asks: &lines, seconds: options.seconds, once: is_once(row), pause: None };
                let measured = measured(programs, place, &load)?;
                eprintln!(
                    "{round}: {row} at {}: {:.0}/s, {:.0} µs",
                    place.name, measured.per_second, measured.cpu_micros
                );
                measured.name(&format!("{key}.{row}"), &mut figures);
            }
        }
    }
    compare(&mut figures);
    Ok(figures)
}

fn answers(place: &str, row: &str) -> bool {
    !place.starts_with("express") || OF_BOTH.contains(&row)
}

/// Whether each of its calls means something once only.
fn is_once(row: &str) -> bool {
    row == "plan" || row == "complete"
}

/// Calls for one measurement.
fn once(programs: &Programs, place: &Place, row: &str, seconds: u32) -> anyhow::Result<PathBuf> {
    let a_second = if row == "plan" { PLANS_A_SECOND } else { COMPLETIONS_A_SECOND };
    place.asks(programs, row, a_second * seconds as usize)
}

/// What follows from figures of the same round.
fn compare(figures: &mut Figures) {
    let mut ratios = Figures::new();
    let mut ratio = |name: String, one: &str, other: &str| {
        if let (Some(one), Some(other)) = (figures.get(one), figures.get(other)) {
            ratios.insert(name, one.iter().zip(other).map(|(one, other)| one / other).collect());
        }
    };
    for row in OF_BOTH {
        for peer in ["express", "express_2"] {
            for figure in ["rps", "cpu_us"] {
                let (ours, theirs) = (format!("ours.{row}.{figure}"), format!("{peer}.{row}.{figure}"));
                ratio(format!("ratio.{peer}.{row}.{figure}"), &ours, &theirs);
            }
        }
    }
    for row in ROWS {
        for figure in ["p50_ms", "p99_ms"] {
            let (large, small) = (format!("large.{row}.{figure}"), format!("small.{row}.{figure}"));
            ratio(format!("growth.{row}.{figure}"), &large, &small);
        }
    }
    figures.extend(ratios);
}
