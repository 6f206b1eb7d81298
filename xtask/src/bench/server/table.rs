//! The report for people.

use std::fmt::Write as _;

use super::super::library::bars::Bar;
use super::super::library::table::{Spread, shown};
use super::bars::{BARS, Judged};
use super::report::Report;

const ROWS: [(&str, &str); 6] = [
    ("list", "a list of 200"),
    ("get", "one node"),
    ("link", "the page of a link, opened in a browser"),
    ("changes", "a page of 200 changes"),
    ("plan", "100 uploads are planned"),
    ("complete", "100 uploads are completed"),
];

/// Servers and their data.
const PLACES: [(&str, &str); 6] = [
    ("ours", "ours, 100,000 nodes of one owner"),
    ("express", "Express, the same"),
    ("express_2", "Express, two processes, the same"),
    ("small", "ours, 10 owners with 1,000 nodes each"),
    ("large", "ours, 1,000 owners with 1,000 nodes each"),
    ("mongodb", "ours on the MongoDB wire server, 4 owners with 500 nodes each"),
];

const FIGURES: [(&str, &str); 4] =
    [("rps", "requests/s"), ("p50_ms", "p50, ms"), ("p99_ms", "p99, ms"), ("cpu_us", "CPU a request, µs")];

pub(super) fn markdown(report: &Report) -> String {
    let mut text = String::from(
        "# The server under load\n\n\
         Written by `cargo xtask bench server`; bench/README.md says how it measures. Do not edit.\n\n",
    );
    let Report { machine, versions, date, load_before, rounds, seconds, .. } = report;
    let _ = writeln!(
        text,
        "Machine: {machine}. Last run: {date} UTC, load {load_before} before, {rounds} rounds of {seconds} s, 32 connections."
    );
    let versions: Vec<_> = versions.iter().map(|(name, version)| format!("{name}: {version}")).collect();
    let _ = writeln!(text, "\n{}.\n\nMedians over the rounds (least to most).\n", versions.join("; "));
    text.push_str("## The bars\n\n| what | bar | measured | verdict |\n|---|---|---|---|\n");
    for judged in &BARS {
        bar(&mut text, report, judged);
    }
    for (row, words) in ROWS {
        let heads = FIGURES.map(|(_, head)| head).join(" | ");
        let _ = writeln!(text, "\n## {words}\n\n| server | {heads} |\n|---|---|---|---|---|");
        for (place, described) in PLACES {
            let cells: Vec<_> = FIGURES
                .iter()
                .filter_map(|(figure, _)| cell(report, &format!("{place}.{row}.{figure}")))
                .collect();
            if !cells.is_empty() {
                let _ = writeln!(text, "| {described} | {} |", cells.join(" | "));
            }
        }
    }
    text.push_str("\n## Everything else\n\n| figure | measured |\n|---|---|\n");
    let is_else =
        |name: &&String| ["ratio.", "growth.", "streams.", "soak."].iter().any(|kind| name.starts_with(kind));
    for name in report.figures.keys().filter(is_else) {
        let _ = writeln!(text, "| {name} | {} |", cell(report, name).unwrap_or_default());
    }
    text
}

fn bar(text: &mut String, report: &Report, judged: &Judged) {
    let Judged { figure, words, unit, bar } = *judged;
    let limit = match bar {
        Bar::Most(most) => format!("≤ {} {unit}", shown(most)),
        Bar::Least(least) => format!("≥ {} {unit}", shown(least)),
    };
    let verdict = match report.figures.get(figure).map(|values| bar.is_met(Spread::of(values).median)) {
        None => "not measured",
        Some(true) => "met",
        Some(false) => "**missed**",
    };
    let measured = cell(report, figure).unwrap_or_else(|| "–".to_owned());
    let _ = writeln!(text, "| {words} | {} | {measured} | {verdict} |", limit.trim());
}

fn cell(report: &Report, figure: &str) -> Option<String> {
    let Spread { median, least, most } = Spread::of(report.figures.get(figure)?);
    Some(format!("{} ({} to {})", shown(median), shown(least), shown(most)))
}
