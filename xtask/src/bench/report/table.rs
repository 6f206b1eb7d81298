//! The report for people.

use std::fmt::Write as _;

use super::{Measured, Report, RowResult, Sample, mib};

/// The middle of some values, and their ends.
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

fn spread(samples: &[Sample], of: impl Fn(&Sample) -> f64) -> Spread {
    let mut values: Vec<f64> = samples.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    let half = values.len() / 2;
    let median = if values.len().is_multiple_of(2) {
        f64::midpoint(at(half.wrapping_sub(1)), at(half))
    } else {
        at(half)
    };
    Spread { median, least: at(0), most: at(values.len().saturating_sub(1)) }
}

fn cpu(sample: &Sample) -> f64 {
    sample.user + sample.system
}

fn with_server(sample: &Sample) -> f64 {
    cpu(sample) + sample.server_cpu.unwrap_or(0.0)
}

fn wall(sample: &Sample) -> f64 {
    sample.wall
}

/// Until all of it was on the disk.
fn durable(sample: &Sample) -> f64 {
    sample.wall + sample.sync.unwrap_or(0.0)
}

pub(super) fn markdown(report: &Report) -> String {
    let mut text = String::from(
        "# Transfers, measured beside other programs\n\n\
         Written by `cargo xtask bench transfers`; bench/README.md says how it measures. Do not edit.\n\n",
    );
    let _ = writeln!(text, "Machine: {}. Sizes drawn from seed {}.\n", report.machine, report.seed);
    for (name, version) in &report.versions {
        let _ = writeln!(text, "- {name}: {version}");
    }
    text.push_str("\n## Ours against the best peer\n\n");
    text.push_str("Ratios of medians; each peer's best counts, for wall and CPU alone. CPU is the client's; with the server's in brackets.\n\n");
    text.push_str("| row | store | scheme | network | wall: ours / best | ratio, bar | until on the disk: ours / best, ratio | CPU: ours / best | ratio (with server), bar |\n|---|---|---|---|---|---|---|---|---|\n");
    for row in &report.rows {
        verdict(&mut text, row);
    }
    for row in &report.rows {
        details(&mut text, row);
    }
    text
}

fn best(row: &RowResult, of: impl Fn(&Sample) -> f64 + Copy) -> Option<(&str, f64)> {
    let peers = row.clients.iter().filter(|client| client.is_peer && !client.samples.is_empty());
    let medians = peers.map(|client| (client.client.as_str(), spread(&client.samples, of).median));
    medians.min_by(|(_, one), (_, other)| one.total_cmp(other))
}

fn verdict(text: &mut String, row: &RowResult) {
    let ours = row.clients.iter().find(|client| client.client == "ours");
    let (Some(ours), Some(by_wall), Some(by_cpu)) = (ours, best(row, wall), best(row, cpu)) else { return };
    let on_disk = best(row, durable).filter(|_| ours.samples.iter().any(|sample| sample.sync.is_some()));
    let median = |of: fn(&Sample) -> f64| spread(&ours.samples, of).median;
    let wall_ratio = median(wall) / by_wall.1;
    let cpu_ratio = median(cpu) / by_cpu.1;
    let judged = |ratio: f64, bar: Option<f64>| match bar {
        None => "no bar".to_owned(),
        Some(bar) if ratio <= bar => format!("{bar} met"),
        Some(bar) => format!("{bar} **missed**"),
    };
    let on_disk = on_disk.map_or_else(
        || "–".to_owned(),
        |(name, best)| {
            let ours = median(durable);
            format!("{ours:.2} / {best:.2} {name}, {:.2}", ours / best)
        },
    );
    let quick = if row.quick { " (quick)" } else { "" };
    let _ = writeln!(
        text,
        "| {}{quick} | {} | {} | {} | {:.2} / {:.2} {} | {wall_ratio:.2}, {} | {on_disk} | {:.2} / {:.2} {} | {cpu_ratio:.2} ({:.2}), {} |",
        row.row,
        row.store.name(),
        row.scheme.name(),
        row.network.name(),
        median(wall),
        by_wall.1,
        by_wall.0,
        judged(wall_ratio, Some(row.bar_wall)),
        median(cpu),
        by_cpu.1,
        by_cpu.0,
        median(with_server) / by_cpu.1,
        judged(cpu_ratio, row.bar_cpu),
    );
}

fn details(text: &mut String, row: &RowResult) {
    let rounds = row.clients.iter().map(|client| client.samples.len()).max().unwrap_or(0);
    let _ = writeln!(
        text,
        "\n## {}{}\n\n{} files, {:.0} MiB; {rounds} interleaved rounds on {} UTC, load {} before. Median (least to most).\n",
        row.place(),
        if row.quick { " (quick)" } else { "" },
        row.files,
        mib(row.bytes),
        row.date,
        row.load_before,
    );
    text.push_str("| client | wall s | + sync s | user s | system s | CPU s | peak MiB | requests | server CPU s | store CPU s | settings |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
    for client in row.clients.iter().filter(|client| !client.samples.is_empty()) {
        line(text, client);
    }
    for client in row.clients.iter().filter(|client| !client.failures.is_empty()) {
        let (rounds, said) = (client.failures.len(), client.failures.last().map_or("", String::as_str));
        let _ = writeln!(text, "\n{} failed in {rounds} rounds: {}", client.client, said.replace('|', "/"));
    }
}

fn line(text: &mut String, client: &Measured) {
    let shown = |of: fn(&Sample) -> f64| {
        let Spread { median, least, most } = spread(&client.samples, of);
        format!("{median:.2} ({least:.2} to {most:.2})")
    };
    let median = |of: fn(&Sample) -> f64| spread(&client.samples, of).median;
    let requests = client.samples.last().and_then(|sample| sample.requests);
    let server = client.samples.iter().any(|sample| sample.server_cpu.is_some());
    let _ = writeln!(
        text,
        "| {} | {} | {:.2} | {:.2} | {:.2} | {} | {:.0} | {} | {} | {:.2} | {} |",
        client.client,
        shown(wall),
        median(|sample| sample.sync.unwrap_or(0.0)),
        median(|sample| sample.user),
        median(|sample| sample.system),
        shown(cpu),
        spread(&client.samples, |sample| sample.peak_mib).most,
        requests.map_or_else(|| "not counted".to_owned(), |requests| requests.to_string()),
        if server {
            format!("{:.2}", median(|sample| sample.server_cpu.unwrap_or(0.0)))
        } else {
            "–".to_owned()
        },
        median(|sample| sample.store_cpu),
        client.settings,
    );
}
