//! What is measured in this run.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::matrix::{Cell, Network, ROWS, Row, Scheme, StoreKind};

const HELP: &str = "\
cargo xtask bench transfers [OPTIONS]

Measures uploads and downloads beside s5cmd, rclone and the AWS CLI, interleaved, and writes
bench/results/transfers.md and .json. What an earlier run measured of other rows stays in them.

  --quick          1 GiB and 2,000 small files, three rounds
  --rows A,B       only these rows (--rows list names them)
  --stores A,B     real (JuiceFS gateway), discarding
  --schemes A,B    http, https
  --networks A,B   loopback, rtt50, loss1
  --clients A,B    ours, s5cmd, s5cmd-256, rclone, aws, plain
  --rounds N       instead of five (three for the largest ones)
  --dir DIR        where files and stores lie, up to 30 GB [default: bench-work in the target folder]
  --programs DIR   built programs, instead of building them here
  --results DIR    instead of bench/results
";

/// The command line, read.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) quick: bool,
    pub(super) rounds: Option<usize>,
    pub(super) dir: Option<PathBuf>,
    pub(super) results: Option<PathBuf>,
    pub(super) programs: Option<PathBuf>,
    pub(super) clients: Option<Vec<String>>,
    pub(super) cells: Vec<Cell>,
}

impl Options {
    pub(super) fn parse(arguments: &[String]) -> anyhow::Result<Self> {
        let (mut rows, mut stores, mut schemes, mut networks) = (None, None, None, None);
        let (mut quick, mut rounds, mut clients) = (false, None, None);
        let (mut dir, mut results, mut programs) = (None, None, None);
        let mut rest = arguments.iter();
        while let Some(flag) = rest.next() {
            if flag == "--quick" {
                quick = true;
                continue;
            }
            let value = rest.next().with_context(|| HELP.to_owned())?;
            let list = || Some(value.split(',').map(str::to_owned).collect::<Vec<_>>());
            match flag.as_str() {
                "--rows" => rows = list(),
                "--stores" => stores = list(),
                "--schemes" => schemes = list(),
                "--networks" => networks = list(),
                "--clients" => clients = list(),
                "--rounds" => rounds = Some(value.parse().context("--rounds takes a number")?),
                "--dir" => dir = Some(PathBuf::from(value)),
                "--programs" => programs = Some(PathBuf::from(value)),
                "--results" => results = Some(PathBuf::from(value)),
                _ => bail!("{HELP}"),
            }
        }
        let mut cells = if quick { quick_cells() } else { all_cells(rows.is_some() || networks.is_some()) };
        let keeps = |wanted: &Option<Vec<String>>, name: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|wanted| wanted == name))
        };
        cells.retain(|cell| {
            keeps(&rows, cell.row.name)
                && keeps(&stores, cell.store.name())
                && keeps(&schemes, cell.scheme.name())
                && keeps(&networks, cell.network.name())
        });
        if cells.is_empty() {
            let names: Vec<_> = ROWS.iter().map(|row| row.name).collect();
            bail!("Nothing is left to measure. The rows are: {}\n\n{HELP}", names.join(", "));
        }
        Ok(Self { quick, rounds, dir, results, programs, clients, cells })
    }
}

const SCHEMES: [Scheme; 2] = [Scheme::Http, Scheme::Https];

fn cell(row: &'static Row, store: StoreKind, scheme: Scheme, network: Network) -> Cell {
    Cell { row, store, scheme, network }
}

/// Stores and schemes change seldom: each change starts processes.
fn all_cells(named: bool) -> Vec<Cell> {
    let mut cells = Vec::new();
    for store in [StoreKind::Discarding, StoreKind::Real] {
        for scheme in SCHEMES {
            let rows = ROWS.iter().filter(|row| named || row.always || store == StoreKind::Discarding);
            let rows = rows.filter(|row| !row.far);
            cells.extend(rows.map(|row| cell(row, store, scheme, Network::Loopback)));
        }
    }
    for network in [Network::Rtt50, Network::Loss1] {
        let rows = ROWS.iter().filter(|row| row.far);
        cells.extend(rows.map(|row| cell(row, StoreKind::Discarding, Scheme::Http, network)));
    }
    cells
}

fn quick_cells() -> Vec<Cell> {
    let quick = ["up-1x1g", "down-1x1g", "up-small", "down-small"];
    let mut cells = all_cells(false);
    cells.retain(|cell| {
        quick.contains(&cell.row.name) && (cell.scheme == Scheme::Http || cell.store == StoreKind::Discarding)
    });
    cells
}
