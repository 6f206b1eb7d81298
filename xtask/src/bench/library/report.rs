//! Results, kept as JSON and shown as Markdown.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::super::measure::output;
use super::super::report::machine;
use super::bars::FIRST_ROWS_RATIO;
use super::table;

/// Values by name, one for each round.
pub(super) type Figures = BTreeMap<String, Vec<f64>>;

/// What bench-library prints.
#[derive(Debug, Deserialize)]
pub(super) struct Run {
    pub(super) figures: Figures,
}

/// Everything that was measured on a machine.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) machine: String,
    pub(super) date: String,
    /// Of the machine before the last run: others may have been at work on it.
    pub(super) load_before: String,
    pub(super) rounds: u32,
    /// By nodes.
    pub(super) sizes: BTreeMap<u64, Figures>,
}

impl Report {
    /// What earlier runs measured.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        match fs::read_to_string(folder.join("library.json")) {
            Ok(text) => Ok(serde_json::from_str(&text)?),
            Err(_) => Ok(Self::default()),
        }
    }

    pub(super) fn begin(&mut self, rounds: u32) {
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let date = output(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M"])).unwrap_or_default();
        self.machine = machine();
        date.trim().clone_into(&mut self.date);
        load.split(' ').next().unwrap_or_default().clone_into(&mut self.load_before);
        self.rounds = rounds;
    }

    /// Takes the place of what an earlier run measured of the same.
    pub(super) fn take(&mut self, nodes: u64, figures: Figures) {
        self.sizes.entry(nodes).or_default().extend(figures);
        let first_rows = |figures: &Figures| figures.get("open.first_rows_ms").cloned();
        let Some(smallest) = self.sizes.values().find_map(first_rows) else { return };
        let smallest = table::Spread::of(&smallest).median;
        for figures in self.sizes.values_mut() {
            let Some(first_rows) = first_rows(figures) else { continue };
            let ratios = first_rows.iter().map(|first_rows| first_rows / smallest).collect();
            figures.insert(FIRST_ROWS_RATIO.to_owned(), ratios);
        }
    }

    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("library.json"), serde_json::to_string_pretty(self)? + "\n")?;
        fs::write(folder.join("library.md"), table::markdown(self))?;
        Ok(())
    }
}
