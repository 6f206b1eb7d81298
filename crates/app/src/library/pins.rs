//! What the person keeps available offline: a wish, and no copy of anything.
//!
//! It stands in a small file beside the library's and not in it, so that neither damage nor a fresh fill takes a
//! wish along. One id a line, the oldest wish first; a line that cannot be read costs that wish alone.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use notespot_protocol::NodeId;

use super::LibraryError;

/// The place of a wish among all: smaller ones are older, and have room first.
pub(crate) type Rank = u32;

/// The wishes of one account.
#[derive(Debug)]
pub(super) struct Pins {
    path: PathBuf,
    ranks: HashMap<NodeId, Rank>,
    next: Rank,
}

impl Pins {
    /// Those that go with the library at `library`. Blocks.
    pub(super) fn of(library: &Path) -> Result<Self, LibraryError> {
        let path = library.with_extension("pins");
        let text = match std::fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(LibraryError::Folder(error)),
        };
        let mut pins = Self { path, ranks: HashMap::new(), next: 0 };
        for line in text.lines() {
            if let Ok(id) = line.parse() {
                pins.add(id);
            } else {
                tracing::warn!("a line of what is kept available offline cannot be read");
            }
        }
        Ok(pins)
    }

    pub(super) fn ranks(&self) -> &HashMap<NodeId, Rank> {
        &self.ranks
    }

    /// Adds and takes away: on the disk, power loss included, when it returns; after an error, all is as before.
    /// Blocks.
    pub(super) fn change(&mut self, add: &[NodeId], take: &[NodeId]) -> Result<(), LibraryError> {
        let mut changed = Self { path: self.path.clone(), ranks: self.ranks.clone(), next: self.next };
        for id in take {
            changed.ranks.remove(id);
        }
        for id in add {
            changed.add(*id);
        }
        if changed.ranks != self.ranks {
            changed.write().map_err(LibraryError::Folder)?;
            *self = changed;
        }
        Ok(())
    }

    /// Takes the file off this computer. Blocks.
    pub(super) fn delete(&self) -> io::Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn add(&mut self, id: NodeId) {
        let next = self.next;
        self.ranks.entry(id).or_insert(next);
        self.next = next.saturating_add(1);
    }

    fn write(&self) -> io::Result<()> {
        let mut in_order: Vec<_> = self.ranks.iter().collect();
        in_order.sort_unstable_by_key(|(_, rank)| **rank);
        let lines: Vec<_> = in_order.iter().map(|(id, _)| id.to_string()).collect();
        let fresh = self.path.with_extension("pins.new");
        let mut out = std::fs::File::create(&fresh)?;
        out.write_all(lines.join("\n").as_bytes())?;
        out.sync_all()?;
        std::fs::rename(&fresh, &self.path)?;
        crate::offline::sync_folder_of(&self.path)
    }
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_keep_their_order_and_a_line_that_is_broken_costs_itself_only() {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("library.sqlite");
        let [a, b, c] = [(); 3].map(|()| NodeId::generate());
        let mut pins = Pins::of(&library).unwrap();
        pins.change(&[c, a, b], &[]).unwrap();
        pins.change(&[c], &[a]).unwrap();
        let order = |pins: &Pins| {
            let mut ranks: Vec<_> = pins.ranks().iter().collect();
            ranks.sort_by_key(|(_, rank)| **rank);
            ranks.into_iter().map(|(id, _)| *id).collect::<Vec<_>>()
        };
        assert_eq!(order(&Pins::of(&library).unwrap()), [c, b]);
        let file = library.with_extension("pins");
        let text = std::fs::read(&file).unwrap();
        std::fs::write(&file, [b"\xff\xfe broken\n".as_slice(), &text].concat()).unwrap();
        assert_eq!(order(&Pins::of(&library).unwrap()), [c, b]);
    }
}
