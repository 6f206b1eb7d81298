//! What is measured in this run.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

const HELP: &str = "\
cargo xtask bench library [OPTIONS]

Measures the library beside a real server on generated libraries, and writes bench/results/library.md
and .json. What an earlier run measured of other sizes and rows stays in them.

  --sizes A,B      how many nodes [default: 1k,10k,100k,1m]
  --rows A,B       only these: fill, open, lists, search, changes, server, frames
  --rounds N       instead of five
  --results DIR    instead of bench/results
";
const ROWS: [&str; 7] = ["fill", "open", "lists", "search", "changes", "server", "frames"];

/// The command line, read.
#[derive(Debug)]
pub(in crate::bench) struct Options {
    pub(super) sizes: Vec<u64>,
    pub(super) rows: Vec<String>,
    pub(super) rounds: u32,
    pub(super) results: Option<PathBuf>,
}

impl Options {
    pub(in crate::bench) fn parse(arguments: &[String]) -> anyhow::Result<Self> {
        let mut options = Self {
            sizes: vec![1_000, 10_000, 100_000, 1_000_000],
            rows: ROWS.map(str::to_owned).to_vec(),
            rounds: 5,
            results: None,
        };
        let mut rest = arguments.iter();
        while let Some(flag) = rest.next() {
            let value = rest.next().with_context(|| HELP.to_owned())?;
            match flag.as_str() {
                "--sizes" => options.sizes = value.split(',').map(size).collect::<anyhow::Result<_>>()?,
                "--rows" => options.rows = value.split(',').map(str::to_owned).collect(),
                "--rounds" => options.rounds = value.parse().context("--rounds takes a number")?,
                "--results" => options.results = Some(PathBuf::from(value)),
                _ => bail!("{HELP}"),
            }
        }
        if options.rows.iter().any(|row| !ROWS.contains(&row.as_str())) || options.rounds == 0 {
            bail!("{HELP}");
        }
        Ok(options)
    }

    pub(super) fn has(&self, row: &str) -> bool {
        self.rows.iter().any(|asked| asked == row)
    }

    /// Whether anything is measured without a window.
    pub(super) fn has_parts(&self) -> bool {
        self.rows.iter().any(|row| row != "frames")
    }
}

/// `1000`, `10k`, `1m`.
fn size(text: &str) -> anyhow::Result<u64> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "" => 1,
        "k" => 1000,
        "m" => 1_000_000,
        _ => bail!("{text} is no size\n\n{HELP}"),
    };
    let nodes = number.parse::<u64>().with_context(|| format!("{text} is no size"))? * factor;
    if nodes < 1000 {
        bail!("A library here has 1,000 nodes at least.");
    }
    Ok(nodes)
}
