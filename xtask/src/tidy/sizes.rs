//! Short rooms: no source file above 400 lines.

use super::Complaint;
use super::tree::{File, Tree};

const MOST_LINES: usize = 400;

/// Files that may be longer, each with the reason.
const EXCEPTIONS: [(&str, &str); 0] = [];

const SOURCES: [&str; 7] = [".rs", ".ts", ".tsx", ".mjs", ".css", ".py", ".html"];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    sources(tree)
        .filter(|file| lines(file) > MOST_LINES && !EXCEPTIONS.iter().any(|(path, _)| *path == file.path))
        .map(|file| {
            Complaint::new(
                &file.path,
                format!(
                    "{} lines, more than {MOST_LINES}: would two files be easier to live in?",
                    lines(file)
                ),
            )
        })
        .collect()
}

pub(super) fn median_lines(tree: &Tree) -> usize {
    let mut all: Vec<usize> = sources(tree).map(lines).collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

fn sources(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.written().filter(|file| file.is(&SOURCES))
}

fn lines(file: &File) -> usize {
    file.text.lines().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_401_lines_is_complained_of_and_one_of_400_is_not() {
        let long = "x\n".repeat(401);
        let tree = Tree::of(&[("a.rs", &long), ("b.rs", &long[2..]), ("docs/long.md", &long)]);
        let places: Vec<_> = check(&tree).into_iter().map(|complaint| complaint.place).collect();
        assert_eq!(places, ["a.rs"]);
    }
}
