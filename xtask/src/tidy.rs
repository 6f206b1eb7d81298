//! Rules that no compiler checks. Each is a module that turns the tree into complaints.

mod arrows;
mod sizes;
mod tree;
mod words;

use std::process::ExitCode;

use tree::Tree;

/// What a rule found, ready to be shown: a place and a sentence.
struct Complaint {
    place: String,
    sentence: String,
}

impl Complaint {
    fn new(place: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { place: place.into(), sentence: sentence.into() }
    }
}

/// Checks the whole tree and says what is wrong with it.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let tree = Tree::read()?;
    let mut complaints = arrows::check()?;
    complaints.extend(sizes::check(&tree));
    complaints.extend(words::check(&tree));

    for Complaint { place, sentence } in &complaints {
        eprintln!("tidy: {place}: {sentence}");
    }
    let median = sizes::median_lines(&tree);
    println!(
        "tidy: {} files, {} complaints, median {median} lines a source file",
        tree.files().len(),
        complaints.len()
    );
    Ok(if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
