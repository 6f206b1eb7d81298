//! The files of the project, as git sees them.

use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::checkout;

/// One text file.
pub(super) struct File {
    /// From the root, with forward slashes.
    pub(super) path: String,
    /// All of it.
    pub(super) text: String,
}

impl File {
    /// Whether the path ends in one of these.
    pub(super) fn is(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.path.ends_with(ending))
    }
}

/// All text files that are, or are about to be, committed; without what programs generated.
pub(super) struct Tree {
    files: Vec<File>,
}

const GENERATED: [&str; 4] = ["Cargo.lock", "package-lock.json", "ui/src/bindings.ts", "docs/openapi.json"];

impl Tree {
    /// Reads the checkout around this crate.
    pub(super) fn read() -> anyhow::Result<Self> {
        let root = checkout::root()?;
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root)
            .output()
            .context("git is needed to list the files")?;
        ensure!(listed.status.success(), "git ls-files failed: {}", String::from_utf8_lossy(&listed.stderr));
        let paths = String::from_utf8(listed.stdout)?;
        let files = paths
            .split_terminator('\0')
            .filter_map(|path| {
                Some(File { path: path.to_owned(), text: std::fs::read_to_string(root.join(path)).ok()? })
            })
            .collect();
        Ok(Self { files })
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files =
            files.iter().map(|(path, text)| File { path: (*path).into(), text: (*text).into() }).collect();
        Self { files }
    }

    /// All files.
    pub(super) fn files(&self) -> &[File] {
        &self.files
    }

    /// The files that people wrote.
    pub(super) fn written(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| !GENERATED.contains(&file.path.as_str()))
    }
}
