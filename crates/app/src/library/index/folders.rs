//! The tree of folders, and what each holds.

use std::collections::HashMap;

use notespot_protocol::window::FolderContents;
use notespot_protocol::{ByteCount, NodeId};

use super::super::pins::Rank;
use super::columns::{Columns, Flag};

/// Names a folder in memory. A folder that is not here yet has one too, once something lies in it.
pub(super) type Slot = u32;

/// The top level.
const TOP: Slot = 0;

/// What follows from no wish to keep it.
pub(super) const NEVER: Rank = Rank::MAX;

#[derive(Clone, Debug)]
struct Folder {
    parent: Slot,
    /// It is here, and not in the trash itself.
    adds_up: bool,
    is_trashed: bool,
    /// It, or one above it, is in the trash.
    is_dead: bool,
    /// Of the wish to keep it available offline.
    pin: Rank,
    /// The oldest such wish for it or one above it.
    covered: Rank,
    totals: FolderContents,
}

const UNKNOWN: Folder = Folder {
    parent: TOP,
    adds_up: false,
    is_trashed: false,
    is_dead: false,
    pin: NEVER,
    covered: NEVER,
    totals: FolderContents { items: 0, files: 0, bytes: ByteCount::ZERO },
};

/// All folders.
#[derive(Debug)]
pub(super) struct Folders {
    slots: HashMap<NodeId, Slot>,
    folders: Vec<Folder>,
}

impl Default for Folders {
    fn default() -> Self {
        Self { slots: HashMap::new(), folders: vec![UNKNOWN] }
    }
}

impl Folders {
    pub(super) fn slot(&self, folder: Option<NodeId>) -> Option<Slot> {
        folder.map_or(Some(TOP), |id| self.slots.get(&id).copied())
    }

    pub(super) fn slot_or_make(&mut self, folder: Option<NodeId>) -> Slot {
        let Some(id) = folder else { return TOP };
        let next = Slot::try_from(self.folders.len()).unwrap_or(Slot::MAX);
        let slot = *self.slots.entry(id).or_insert(next);
        if slot == next {
            self.folders.push(UNKNOWN);
        }
        slot
    }

    pub(super) fn put(&mut self, id: NodeId, parent: Slot, is_trashed: bool) -> Slot {
        let slot = self.slot_or_make(Some(id));
        let folder = &mut self.folders[slot as usize];
        (folder.parent, folder.adds_up, folder.is_trashed) = (parent, !is_trashed, is_trashed);
        slot
    }

    /// Its slot stays: something may still lie in it.
    pub(super) fn remove(&mut self, slot: Slot) {
        if let Some(folder) = self.folders.get_mut(slot as usize) {
            *folder = UNKNOWN;
        }
    }

    pub(super) fn is_dead(&self, slot: Slot) -> bool {
        self.folders.get(slot as usize).is_some_and(|folder| folder.is_dead)
    }

    pub(super) fn set_pin(&mut self, slot: Slot, rank: Option<Rank>) {
        if let Some(folder) = self.folders.get_mut(slot as usize) {
            folder.pin = rank.unwrap_or(NEVER);
        }
    }

    /// The oldest wish to keep it, or a folder above it, available offline.
    pub(super) fn covered(&self, slot: Slot) -> Rank {
        self.folders.get(slot as usize).map_or(NEVER, |folder| folder.covered)
    }

    pub(super) fn parent(&self, slot: Slot) -> Slot {
        self.folders.get(slot as usize).map_or(TOP, |folder| folder.parent)
    }

    pub(super) fn contents(&self, slot: Slot) -> FolderContents {
        self.folders.get(slot as usize).map(|folder| folder.totals).unwrap_or_default()
    }

    /// Works out which folders live and what each holds.
    pub(super) fn settle(&mut self, columns: &Columns) {
        let deepest_last = self.deepest_last();
        for &(slot, above) in &deepest_last {
            let Folder { is_dead: parent_is_dead, covered, .. } = self.folders[above as usize];
            let folder = &mut self.folders[slot as usize];
            folder.is_dead = folder.is_trashed || parent_is_dead;
            folder.covered = folder.pin.min(covered);
            folder.totals = FolderContents::default();
        }
        self.folders[TOP as usize].totals = FolderContents::default();
        for number in columns.numbers() {
            if columns.has(number, Flag::Trashed) {
                continue;
            }
            let totals = &mut self.folders[columns.parent(number) as usize].totals;
            totals.items += 1;
            if !columns.has(number, Flag::Folder) {
                totals.files += 1;
                totals.bytes = totals.bytes + ByteCount(columns.size(number));
            }
        }
        for &(slot, above) in deepest_last.iter().rev() {
            let Folder { adds_up: true, totals, .. } = self.folders[slot as usize] else { continue };
            let above = &mut self.folders[above as usize].totals;
            above.files += totals.files;
            above.bytes = above.bytes + totals.bytes;
        }
    }

    /// All slots but the top's, each behind its parent's and with it. Pages of changes may show folders in each
    /// other for a moment, until the next page: such a ring is cut where it is met first.
    fn deepest_last(&self) -> Vec<(Slot, Slot)> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            Unseen,
            OnTheWay,
            Placed,
        }
        let mut marks = vec![Mark::Unseen; self.folders.len()];
        marks[TOP as usize] = Mark::Placed;
        let mut placed = Vec::with_capacity(self.folders.len());
        let mut way = Vec::new();
        for start in (TOP..).take(self.folders.len()) {
            let mut slot = start;
            while marks[slot as usize] == Mark::Unseen {
                marks[slot as usize] = Mark::OnTheWay;
                let parent = self.folders[slot as usize].parent;
                let is_ring = marks[parent as usize] == Mark::OnTheWay;
                way.push((slot, if is_ring { TOP } else { parent }));
                slot = parent;
            }
            while let Some((slot, above)) = way.pop() {
                marks[slot as usize] = Mark::Placed;
                placed.push((slot, above));
            }
        }
        placed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_lie_in_each_other_for_a_moment_hang_nobody_up() {
        let mut folders = Folders::default();
        let [a, b] = [NodeId::generate(), NodeId::generate()];
        let in_b = folders.slot_or_make(Some(b));
        let in_a = folders.put(a, in_b, false);
        folders.put(b, in_a, false);
        folders.settle(&Columns::default());
        assert!(!folders.is_dead(in_a) && !folders.is_dead(in_b));
        // The next page says where one of them is now.
        folders.put(b, TOP, true);
        folders.settle(&Columns::default());
        assert!(folders.is_dead(in_a) && folders.is_dead(in_b));
    }
}
