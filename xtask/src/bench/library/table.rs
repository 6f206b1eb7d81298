//! The report for people.

use std::fmt::Write as _;

use super::bars::{BARS, Bar, Judged, PEERS};
use super::report::Report;

/// The middle of some values, and their ends.
#[derive(Clone, Copy, Debug)]
pub(in crate::bench) struct Spread {
    pub(in crate::bench) median: f64,
    pub(in crate::bench) least: f64,
    pub(in crate::bench) most: f64,
}

impl Spread {
    pub(in crate::bench) fn of(values: &[f64]) -> Self {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        let last = values.len().saturating_sub(1);
        Self { median: f64::midpoint(at(last / 2), at(last.div_ceil(2))), least: at(0), most: at(last) }
    }
}

pub(super) fn markdown(report: &Report) -> String {
    let mut text = String::from(
        "# The library, measured\n\n\
         Written by `cargo xtask bench library`; bench/README.md says how it measures. Do not edit.\n\n",
    );
    let Report { machine, date, load_before, rounds, .. } = report;
    let _ = writeln!(
        text,
        "Machine: {machine}. Last run: {date} UTC, load {load_before} before, {rounds} rounds."
    );
    text.push_str(
        "Medians over the rounds (least to most). Growth: from each size to the next, in medians.\n\n",
    );
    text.push_str("## The bars\n\nJudged at the largest size.\n\n");
    head(&mut text, report, "| what | bar |", "| growth | verdict |");
    for judged in &BARS {
        bar(&mut text, report, judged);
    }
    text.push_str("\n## Beside others\n\nOurs / theirs, and the ratio.\n\n");
    head(&mut text, report, "| what |", "|");
    for (words, ours, theirs) in PEERS {
        let both = |figures: &super::report::Figures| {
            let (ours, theirs) = (Spread::of(figures.get(ours)?), Spread::of(figures.get(theirs)?));
            let (least, most) = (ours.least / theirs.most, ours.most / theirs.least);
            let ratio =
                format!("{} ({} to {})", shown(ours.median / theirs.median), shown(least), shown(most));
            Some(format!("{} / {} ms, {ratio}", shown(ours.median), shown(theirs.median)))
        };
        let cells: Vec<_> = report.sizes.values().map(|figures| both(figures).unwrap_or_else(none)).collect();
        let _ = writeln!(text, "| {words} | {} |", cells.join(" | "));
    }
    text.push_str("\n## Everything\n\n");
    head(&mut text, report, "| figure |", "| growth |");
    let mut names: Vec<_> = report.sizes.values().flat_map(|figures| figures.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let _ = writeln!(text, "| {name} | {} | {} |", cells(report, name), growth(report, name));
    }
    text
}

fn head(text: &mut String, report: &Report, before: &str, after: &str) {
    let sizes: Vec<_> = report.sizes.keys().map(|nodes| size(*nodes)).collect();
    let line = format!("{before} {} {after}", sizes.join(" | "));
    let rule: String = line.chars().map(|c| if c == '|' { '|' } else { '-' }).collect();
    let _ = writeln!(text, "{line}\n{rule}");
}

fn bar(text: &mut String, report: &Report, judged: &Judged) {
    let Judged { figure, words, unit, bar } = *judged;
    let limit = match bar {
        Bar::Most(most) => format!("≤ {} {unit}", shown(most)),
        Bar::Least(least) => format!("≥ {} {unit}", shown(least)),
    };
    let largest = report.sizes.values().rev().find_map(|figures| figures.get(figure));
    let verdict = match largest.map(|values| bar.is_met(Spread::of(values).median)) {
        None => "not measured",
        Some(true) => "met",
        Some(false) => "**missed**",
    };
    let _ = writeln!(
        text,
        "| {words} | {} | {} | {} | {verdict} |",
        limit.trim(),
        cells(report, figure),
        growth(report, figure)
    );
}

fn cells(report: &Report, figure: &str) -> String {
    let cell = |figures: &super::report::Figures| {
        let Spread { median, least, most } = Spread::of(figures.get(figure)?);
        Some(format!("{} ({} to {})", shown(median), shown(least), shown(most)))
    };
    let cells: Vec<_> = report.sizes.values().map(|figures| cell(figures).unwrap_or_else(none)).collect();
    cells.join(" | ")
}

fn growth(report: &Report, figure: &str) -> String {
    let medians: Vec<_> = report.sizes.values().filter_map(|figures| figures.get(figure)).collect();
    let medians: Vec<_> = medians.into_iter().map(|values| Spread::of(values).median).collect();
    let times = |pair: &[f64]| {
        if pair[0] > 0.0 { format!("×{}", shown(pair[1] / pair[0])) } else { "–".to_owned() }
    };
    medians.windows(2).map(times).collect::<Vec<_>>().join(", ")
}

fn none() -> String {
    "–".to_owned()
}

/// With three digits.
pub(in crate::bench) fn shown(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || value == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn size(nodes: u64) -> String {
    match nodes {
        nodes if nodes.is_multiple_of(1_000_000) => format!("{} m", nodes / 1_000_000),
        nodes if nodes.is_multiple_of(1000) => format!("{} k", nodes / 1000),
        nodes => nodes.to_string(),
    }
}
