//! What is measured in this run.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

const HELP: &str = "\
cargo xtask bench server [OPTIONS]

Measures our server under load beside an Express server, and writes bench/results/server.md and .json. What an
earlier run measured of other rows stays in them.

  --rows A,B         only these: list, get, link, plan, complete, changes, streams
  --rounds N         instead of five
  --seconds N        of load in each measurement, instead of three
  --mongodb          instead of SQLite: the MongoDB wire server that the tests use, with less data
  --soak [MINUTES]   instead of all that: 500 requests a second for ten minutes
  --built DIR        these programs, instead of building them
  --results DIR      instead of bench/results
";
const ROWS: [&str; 7] = ["list", "get", "link", "plan", "complete", "changes", "streams"];
const SOAK_MINUTES: u32 = 10;

/// The command line, read.
#[derive(Debug)]
pub(in crate::bench) struct Options {
    pub(super) rows: Vec<String>,
    pub(super) rounds: u32,
    pub(super) seconds: u32,
    pub(super) mongodb: bool,
    pub(super) soak_minutes: Option<u32>,
    pub(super) built: Option<PathBuf>,
    pub(super) results: Option<PathBuf>,
}

impl Options {
    pub(in crate::bench) fn parse(arguments: &[String]) -> anyhow::Result<Self> {
        let mut options = Self {
            rows: ROWS.map(str::to_owned).to_vec(),
            rounds: 5,
            seconds: 3,
            mongodb: false,
            soak_minutes: None,
            built: None,
            results: None,
        };
        let mut rest = arguments.iter().peekable();
        while let Some(flag) = rest.next() {
            match flag.as_str() {
                "--mongodb" => options.mongodb = true,
                "--soak" => {
                    let minutes = rest.next_if(|next| !next.starts_with("--"));
                    options.soak_minutes = Some(minutes.map_or(Ok(SOAK_MINUTES), |text| number(text))?);
                }
                "--rows" => {
                    options.rows = value(&mut rest)?.split(',').map(str::to_owned).collect();
                }
                "--rounds" => options.rounds = number(value(&mut rest)?)?,
                "--seconds" => options.seconds = number(value(&mut rest)?)?,
                "--built" => options.built = Some(PathBuf::from(value(&mut rest)?)),
                "--results" => options.results = Some(PathBuf::from(value(&mut rest)?)),
                _ => bail!("{HELP}"),
            }
        }
        if options.rows.iter().any(|row| !ROWS.contains(&row.as_str())) {
            bail!("{HELP}");
        }
        Ok(options)
    }

    pub(super) fn has(&self, row: &str) -> bool {
        self.rows.iter().any(|asked| asked == row)
    }
}

fn value<'a>(rest: &mut impl Iterator<Item = &'a String>) -> anyhow::Result<&'a str> {
    rest.next().map(String::as_str).with_context(|| HELP.to_owned())
}

fn number(text: &str) -> anyhow::Result<u32> {
    let number = text.parse().with_context(|| format!("{text} is no number\n\n{HELP}"))?;
    if number == 0 {
        bail!("{HELP}");
    }
    Ok(number)
}
