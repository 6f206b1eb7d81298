//! Unsent edits of a library that cannot be used any more, for people to read.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::super::rows;
use super::{Edit, What};

/// Writes what can still be read of the edits in the library at `path` to a text file beside it, named with `time`.
/// `None` where there are none, or nothing can be read of them. Blocks.
pub(in super::super) fn save(path: &Path, time: &str) -> Option<PathBuf> {
    let text = read(path)?;
    let file = path.with_file_name(format!("changes-not-sent-{time}.txt"));
    match std::fs::write(&file, text) {
        Ok(()) => Some(file),
        Err(error) => {
            tracing::error!(%error, "changes that were not sent could not be saved");
            None
        }
    }
}

fn read(path: &Path) -> Option<String> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    let mut select = connection.prepare("SELECT name, json FROM edits ORDER BY id").ok()?;
    let mut found = select.query([]).ok()?;
    let mut text = String::from(
        "The list of your files on this computer was damaged and had to be made anew. These changes had not\n\
         reached the server, oldest first. Make them again where you still want them.\n\n",
    );
    let mut count = 0;
    // As far as it goes: where the damage begins, reading ends.
    while let Ok(Some(row)) = found.next() {
        let (Ok(name), Ok(json)) = (row.get::<_, String>(0), row.get::<_, String>(1)) else { continue };
        let Ok(edit) = rows::from_json::<Edit>(&json) else { continue };
        count += 1;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}  {}", edit.at, said(&name, &edit.what));
    }
    (count > 0).then_some(text)
}

fn said(name: &str, what: &What) -> String {
    match what {
        What::MakeFolder { .. } => format!("Make the folder \u{201c}{name}\u{201d}"),
        What::Rename { from, to } => format!("Rename \u{201c}{from}\u{201d} to \u{201c}{to}\u{201d}"),
        What::Move { .. } => format!("Move \u{201c}{name}\u{201d} to another folder"),
        What::Describe { to, .. } => format!("Describe \u{201c}{name}\u{201d}: {to}"),
        What::Tag { to, .. } => format!("Tag \u{201c}{name}\u{201d}: {}", to.join(", ")),
        What::Trash => format!("Move \u{201c}{name}\u{201d} to the trash"),
        What::Delete => format!("Delete \u{201c}{name}\u{201d} for ever"),
        What::Restore => format!("Restore \u{201c}{name}\u{201d}"),
        What::MakeLink { .. } => format!("Make a public link of \u{201c}{name}\u{201d}"),
        What::EndLink { .. } => format!("End the public link of \u{201c}{name}\u{201d}"),
        What::List { listed: true, .. } => format!("List \u{201c}{name}\u{201d} in public files"),
        What::List { listed: false, .. } => format!("Take \u{201c}{name}\u{201d} out of public files"),
    }
}
