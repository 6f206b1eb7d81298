//! Facts of fixed size, each kind side by side.

use notespot_protocol::NodeKind;

use super::folders::Slot;
use super::{Facts, FileKind, Number};

/// Something that holds of a node or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::library) enum Flag {
    /// There is such a node.
    Present = 1,
    /// It is a folder.
    Folder = 2,
    /// It was moved to the trash itself.
    Trashed = 4,
    /// It has a living public link.
    Linked = 8,
    /// It was deleted for ever here, and is in the trash as far as everything else is concerned.
    Hidden = 16,
    /// It is to be available offline, and was asked for itself.
    Pinned = 32,
    /// Its content is on this machine for that.
    Kept = 64,
}

/// By number.
#[derive(Debug, Default)]
pub(super) struct Columns {
    flags: Vec<u8>,
    kinds: Vec<FileKind>,
    parents: Vec<Slot>,
    /// Of a file; of a folder, its own slot.
    sizes: Vec<u64>,
    modified: Vec<i64>,
}

impl Columns {
    pub(super) fn put(&mut self, facts: &Facts<'_>, parent: Slot, size: u64) {
        let place = facts.number as usize;
        if place >= self.flags.len() {
            self.flags.resize(place + 1, 0);
            self.kinds.resize(place + 1, FileKind::Other);
            self.parents.resize(place + 1, 0);
            self.sizes.resize(place + 1, 0);
            self.modified.resize(place + 1, 0);
        }
        self.kinds[place] = match facts.kind {
            NodeKind::Folder => FileKind::Other,
            NodeKind::File => FileKind::of(facts.name, facts.content_type),
        };
        self.parents[place] = parent;
        self.sizes[place] = size;
        self.modified[place] = facts.modified_at;
        let number = facts.number;
        self.set(number, Flag::Present, true);
        self.set(number, Flag::Folder, facts.kind == NodeKind::Folder);
        self.set(number, Flag::Trashed, facts.is_trashed);
        self.set(number, Flag::Hidden, facts.is_hidden);
    }

    pub(super) fn remove(&mut self, number: Number) {
        if let Some(flags) = self.flags.get_mut(number as usize) {
            *flags = 0;
        }
    }

    pub(super) fn set(&mut self, number: Number, flag: Flag, holds: bool) {
        if let Some(flags) = self.flags.get_mut(number as usize) {
            *flags = if holds { *flags | flag as u8 } else { *flags & !(flag as u8) };
        }
    }

    pub(super) fn has(&self, number: Number, flag: Flag) -> bool {
        self.flags.get(number as usize).is_some_and(|flags| flags & flag as u8 != 0)
    }

    /// One beyond the highest number.
    pub(super) fn len(&self) -> usize {
        self.flags.len()
    }

    /// All nodes that there are.
    pub(super) fn numbers(&self) -> impl Iterator<Item = Number> + '_ {
        (0_u32..).zip(&self.flags).filter(|(_, flags)| **flags != 0).map(|(number, _)| number)
    }

    pub(super) fn parent(&self, number: Number) -> Slot {
        self.parents.get(number as usize).copied().unwrap_or_default()
    }

    pub(super) fn kind(&self, number: Number) -> FileKind {
        self.kinds.get(number as usize).copied().unwrap_or(FileKind::Other)
    }

    /// Of a file; 0 of a folder.
    pub(super) fn size(&self, number: Number) -> u64 {
        if self.has(number, Flag::Folder) { 0 } else { self.raw_size(number) }
    }

    /// The slot of a folder.
    pub(super) fn own_slot(&self, number: Number) -> Option<Slot> {
        self.has(number, Flag::Folder).then(|| Slot::try_from(self.raw_size(number)).ok()).flatten()
    }

    /// In milliseconds since 1970.
    pub(super) fn modified(&self, number: Number) -> i64 {
        self.modified.get(number as usize).copied().unwrap_or_default()
    }

    fn raw_size(&self, number: Number) -> u64 {
        self.sizes.get(number as usize).copied().unwrap_or_default()
    }
}
