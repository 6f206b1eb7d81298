//! What lists are made of, in memory: of each node the few facts by which it is found, filtered and sorted.
//!
//! SQLite has it all, and could answer every question here, but not within the time in which a person types the
//! next letter. A million nodes are looked through in milliseconds when they lie side by side; and what follows
//! from all of them together (sizes of folders, what lies in the trash, counts) is worked out anew after each
//! change instead of being kept up step by step, so that it cannot go wrong by a step.
//!
//! Memory: about 40 bytes for each node and its name, description and tags once; 60 bytes more for each folder.

use std::collections::HashMap;

use notespot_protocol::window::{FolderContents, LibraryCounts};
use notespot_protocol::{Node, NodeId, NodeKind};
use rusqlite::Connection;

use super::LibraryError;

mod columns;
mod file_kind;
mod folders;
mod keeping;
mod list;
mod load;
mod matching;
mod names;
#[cfg(test)]
mod tests;
mod texts;

pub(super) use file_kind::FileKind;
pub(crate) use keeping::{Standing, Wanted};
pub(crate) use list::Listed;
pub(super) use matching::Source;

use columns::{Columns, Flag};
use folders::Folders;
use keeping::Keeping;
use names::NameOrder;
use texts::Texts;

/// Names a node in the index: its `number` in SQLite. Numbers of deleted nodes are not used again for as long as
/// a higher one is in use.
pub(super) type Number = u32;

/// What the index takes in of a node.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) number: Number,
    pub(super) id: NodeId,
    pub(super) parent: Option<NodeId>,
    pub(super) kind: NodeKind,
    pub(super) name: &'a str,
    pub(super) description: &'a str,
    pub(super) tags: &'a [String],
    pub(super) content_type: &'a str,
    pub(super) size: u64,
    pub(super) modified_at: i64,
    pub(super) is_trashed: bool,
    /// In no list: it was deleted for ever here.
    pub(super) is_hidden: bool,
}

/// One change of what the index holds.
#[derive(Debug)]
pub(super) enum Touch {
    /// A node is there, or another than it was. `key`: what its name is sorted by.
    Put { facts: Box<OwnedFacts>, key: Vec<u8> },
    /// A node is gone.
    Gone(Number),
    /// A node has a living public link, whose page was opened so often; or none any more.
    Linked(Number, Option<u64>),
}

/// [`Facts`] that outlive the transaction in which they were written.
#[derive(Debug)]
pub(super) struct OwnedFacts {
    pub(super) number: Number,
    pub(super) node: Node,
    pub(super) is_hidden: bool,
}

impl OwnedFacts {
    fn facts(&self) -> Facts<'_> {
        let Self { number, node, is_hidden } = self;
        let content = node.content.as_ref();
        Facts {
            number: *number,
            id: node.id,
            parent: node.parent,
            kind: node.kind,
            name: node.name.as_str(),
            description: &node.description,
            tags: &node.tags,
            content_type: content.map_or("", |content| &content.content_type),
            size: content.map_or(0, |content| content.size.get()),
            modified_at: node.modified_at.as_millis(),
            is_trashed: node.trashed_at.is_some(),
            is_hidden: *is_hidden,
        }
    }
}

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Index {
    columns: Columns,
    folders: Folders,
    texts: Texts,
    names: NameOrder,
    /// How often the page of a living link was opened. A node that is not here has none.
    views: HashMap<Number, u64>,
    counts: LibraryCounts,
    keeping: Keeping,
    /// Everything came in once, and no fill is under way.
    is_whole: bool,
}

impl Index {
    /// Takes in what was committed. `connection` sees it. Blocks.
    pub(super) fn take(&mut self, touched: Vec<Touch>, connection: &Connection) -> Result<(), LibraryError> {
        if touched.is_empty() {
            return Ok(());
        }
        let mut renamed = Vec::new();
        for touch in touched {
            match touch {
                Touch::Put { facts, key } => {
                    self.put(&facts.facts());
                    let is_kept = self.keeping.changed(facts.number, &facts.node);
                    self.columns.set(facts.number, Flag::Kept, is_kept);
                    renamed.push((facts.number, Some(key)));
                }
                Touch::Gone(number) => {
                    self.remove(number);
                    renamed.push((number, None));
                }
                Touch::Linked(number, views) => self.set_link(number, views),
            }
        }
        // Neither needs the other, and in a large library each takes as long as all before it.
        let mut names = std::mem::take(&mut self.names);
        std::thread::scope(|scope| {
            scope.spawn(|| self.settle());
            names.update(renamed, connection)
        })?;
        self.names = names;
        Ok(())
    }

    /// Puts names in order where too many came at once to put each in its place. Blocks.
    pub(super) fn put_names_in_order(&mut self, connection: &Connection) -> Result<(), LibraryError> {
        self.is_whole = true;
        self.names.read(connection)
    }

    pub(super) fn counts(&self) -> LibraryCounts {
        self.counts
    }

    /// What a folder holds; of the top level for `None`. Zero for one that is not known.
    pub(super) fn contents(&self, folder: Option<NodeId>) -> FolderContents {
        self.folders.slot(folder).map(|slot| self.folders.contents(slot)).unwrap_or_default()
    }

    fn put(&mut self, facts: &Facts<'_>) {
        let number = facts.number;
        self.texts.put(number, facts);
        let parent = self.folders.slot_or_make(facts.parent);
        let size = match facts.kind {
            NodeKind::Folder => u64::from(self.folders.put(facts.id, parent, facts.is_trashed)),
            NodeKind::File => facts.size,
        };
        self.columns.put(facts, parent, size);
        self.mark_pin(number, facts.id);
    }

    fn set_link(&mut self, number: Number, views: Option<u64>) {
        self.columns.set(number, Flag::Linked, views.is_some());
        match views {
            Some(views) => drop(self.views.insert(number, views)),
            None => drop(self.views.remove(&number)),
        }
    }

    fn remove(&mut self, number: Number) {
        if let Some(slot) = self.columns.own_slot(number) {
            self.folders.remove(slot);
        }
        self.texts.remove(number);
        self.views.remove(&number);
        self.keeping.remove(number);
        self.columns.remove(number);
    }

    /// Works out what follows from all nodes together.
    fn settle(&mut self) {
        self.folders.settle(&self.columns);
        self.counts = LibraryCounts::default();
        for number in self.columns.numbers() {
            if self.columns.has(number, Flag::Trashed) {
                self.counts.trashed += u32::from(!self.columns.has(number, Flag::Hidden));
            } else if self.lives(number) {
                self.counts.files += u32::from(!self.columns.has(number, Flag::Folder));
                self.counts.links += u32::from(self.columns.has(number, Flag::Linked));
            }
        }
        self.counts.offline = self.settle_keeping();
    }

    /// Neither it nor a folder above it is in the trash.
    fn lives(&self, number: Number) -> bool {
        !self.columns.has(number, Flag::Trashed) && !self.folders.is_dead(self.columns.parent(number))
    }
}
