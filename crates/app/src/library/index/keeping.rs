//! What is to be available offline, and how far that is.

use std::collections::HashMap;

use notespot_protocol::window::OfflineState;
use notespot_protocol::{ByteCount, Failure, Node, NodeId, Sha256, VersionId};

use super::super::pins::Rank;
use super::columns::Flag;
use super::folders::{NEVER, Slot};
use super::{Index, Number};

/// A file that is to be available offline.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) number: Number,
    pub(crate) node: NodeId,
    pub(crate) version: VersionId,
    pub(crate) sha256: Sha256,
    pub(crate) size: ByteCount,
    /// Of the oldest wish that it follows from.
    pub(crate) rank: Rank,
    /// Neither it nor a folder above it is in the trash.
    pub(crate) lives: bool,
}

/// How it stands with a file, as it was last looked at.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) number: Number,
    pub(crate) version: VersionId,
    pub(crate) state: OfflineState,
    pub(crate) failure: Option<Failure>,
}

#[derive(Debug)]
struct Held {
    node: NodeId,
    version: VersionId,
    sha256: Sha256,
    size: ByteCount,
    state: OfflineState,
    failure: Option<Box<Failure>>,
}

/// Memory: about 200 bytes for each file that is to be kept, and as much for each wish.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    /// What was asked for, whether it is here or not.
    pins: HashMap<NodeId, Rank>,
    /// Of those, what is here.
    pinned: HashMap<Number, Rank>,
    held: HashMap<Number, Held>,
    /// Folders in which something is not kept that should be: what stands in the way.
    lacking: HashMap<Slot, OfflineState>,
}

impl Keeping {
    pub(super) fn new(pins: HashMap<NodeId, Rank>) -> Self {
        Self { pins, ..Self::default() }
    }

    pub(super) fn rank_of(&self, id: NodeId) -> Option<Rank> {
        self.pins.get(&id).copied()
    }

    pub(super) fn set_here(&mut self, number: Number, rank: Option<Rank>) {
        match rank {
            Some(rank) => drop(self.pinned.insert(number, rank)),
            None => drop(self.pinned.remove(&number)),
        }
    }

    pub(super) fn remove(&mut self, number: Number) {
        self.pinned.remove(&number);
        self.held.remove(&number);
    }

    /// A node is another than it was; gives whether what is on this machine is still its content.
    pub(super) fn changed(&mut self, number: Number, node: &Node) -> bool {
        let (Some(held), Some(content)) = (self.held.get_mut(&number), &node.content) else { return false };
        held.version = content.version;
        if held.sha256 != content.sha256 {
            (held.sha256, held.size) = (content.sha256, content.size);
            (held.state, held.failure) = (OfflineState::Waiting, None);
        }
        held.state == OfflineState::Kept
    }

    fn state(&self, number: Number) -> OfflineState {
        self.held.get(&number).map_or(OfflineState::Waiting, |held| held.state)
    }
}

impl Index {
    /// Takes the wishes as they are now, of which these are other than they were.
    pub(in crate::library) fn take_pins(
        &mut self,
        pins: &HashMap<NodeId, Rank>,
        changed: &[(NodeId, Number)],
    ) {
        self.keeping.pins.clone_from(pins);
        for (id, number) in changed {
            self.mark_pin(*number, *id);
        }
        self.settle();
    }

    pub(super) fn mark_pin(&mut self, number: Number, id: NodeId) {
        let rank = self.keeping.rank_of(id);
        self.keeping.set_here(number, rank);
        self.columns.set(number, Flag::Pinned, rank.is_some());
        if let Some(slot) = self.columns.own_slot(number) {
            self.folders.set_pin(slot, rank);
        }
    }

    /// Whether it was asked for itself.
    pub(in crate::library) fn is_pinned(&self, number: Number) -> bool {
        self.columns.has(number, Flag::Pinned)
    }

    /// How it stands; `None` for what is not to be available offline.
    pub(in crate::library) fn offline_state(&self, number: Number) -> Option<OfflineState> {
        if self.rank(number) == NEVER || !self.lives(number) {
            return None;
        }
        Some(match self.columns.own_slot(number) {
            Some(slot) => self.keeping.lacking.get(&slot).copied().unwrap_or(OfflineState::Kept),
            None => self.keeping.state(number),
        })
    }

    /// Why a file could not be downloaded.
    pub(in crate::library) fn offline_failure(&self, number: Number) -> Option<Failure> {
        self.keeping.held.get(&number).and_then(|held| held.failure.as_deref().cloned())
    }

    /// Whether everything that the server has is in: what is not here is nowhere.
    pub(in crate::library) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Wishes for what is not here.
    pub(in crate::library) fn lost_pins(&self) -> Vec<NodeId> {
        let Keeping { pins, pinned, .. } = &self.keeping;
        if pins.len() == pinned.len() {
            return Vec::new();
        }
        let here: std::collections::HashSet<Rank> = pinned.values().copied().collect();
        pins.iter().filter(|(_, rank)| !here.contains(rank)).map(|(id, _)| *id).collect()
    }

    /// Files that are to be available offline and were not looked at yet. Forgets those that are not any more.
    pub(in crate::library) fn unknown_wanted(&mut self) -> Vec<Number> {
        let gone: Vec<Number> =
            self.keeping.held.keys().copied().filter(|number| self.rank(*number) == NEVER).collect();
        for number in gone {
            self.keeping.held.remove(&number);
            self.columns.set(number, Flag::Kept, false);
        }
        if self.keeping.pinned.is_empty() {
            return Vec::new();
        }
        let is_unknown = |number: &Number| {
            !self.columns.has(*number, Flag::Folder)
                && self.rank(*number) != NEVER
                && !self.keeping.held.contains_key(number)
        };
        self.columns.numbers().filter(is_unknown).collect()
    }

    /// Takes in what such a file is.
    pub(in crate::library) fn know_wanted(&mut self, known: Vec<Wanted>) {
        for Wanted { number, node, version, sha256, size, .. } in known {
            let held = Held { node, version, sha256, size, state: OfflineState::Waiting, failure: None };
            self.keeping.held.insert(number, held);
        }
    }

    /// All of them, the oldest wish first, and of one wish what came first.
    pub(in crate::library) fn wanted(&self) -> Vec<Wanted> {
        let mut wanted: Vec<_> = self
            .keeping
            .held
            .iter()
            .map(|(number, held)| Wanted {
                number: *number,
                node: held.node,
                version: held.version,
                sha256: held.sha256,
                size: held.size,
                rank: self.rank(*number),
                lives: self.lives(*number),
            })
            .collect();
        wanted.sort_unstable_by_key(|wanted| (wanted.rank, wanted.number));
        wanted
    }

    /// Notes how files stand; true when anything is different now. What became another version since is left alone.
    pub(in crate::library) fn stand(&mut self, standing: Vec<Standing>) -> bool {
        let mut is_different = false;
        for Standing { number, version, state, failure } in standing {
            let Some(held) = self.keeping.held.get_mut(&number).filter(|held| held.version == version) else {
                continue;
            };
            if held.state != state || held.failure.as_deref() != failure.as_ref() {
                (held.state, held.failure) = (state, failure.map(Box::new));
                self.columns.set(number, Flag::Kept, state == OfflineState::Kept);
                is_different = true;
            }
        }
        if is_different {
            self.settle();
        }
        is_different
    }

    /// Of the oldest wish that it follows from; [`NEVER`] for none.
    pub(super) fn rank(&self, number: Number) -> Rank {
        let own = if self.is_pinned(number) { self.keeping.pinned.get(&number).copied() } else { None };
        own.unwrap_or(NEVER).min(self.folders.covered(self.columns.parent(number)))
    }

    /// Works out what folders lack, and gives how many files are kept.
    pub(super) fn settle_keeping(&mut self) -> u32 {
        let mut lacking = HashMap::new();
        let mut kept = 0;
        if !self.keeping.pinned.is_empty() {
            for number in self.columns.numbers().filter(|number| !self.columns.has(*number, Flag::Folder)) {
                if self.rank(number) == NEVER || !self.lives(number) {
                    continue;
                }
                if self.columns.has(number, Flag::Kept) {
                    kept += 1;
                } else {
                    self.mark_up(&mut lacking, self.columns.parent(number), self.keeping.state(number));
                }
            }
        }
        self.keeping.lacking = lacking;
        kept
    }

    /// Ends where the folders above know it already, and so in a ring too.
    fn mark_up(&self, lacking: &mut HashMap<Slot, OfflineState>, mut slot: Slot, state: OfflineState) {
        loop {
            let known = lacking.get(&slot).map(|known| weight(*known));
            if known >= Some(weight(state)) {
                return;
            }
            lacking.insert(slot, state);
            slot = self.folders.parent(slot);
        }
    }
}

/// What a folder is said to be where its files differ: what moves before what waits for somebody.
fn weight(state: OfflineState) -> u8 {
    match state {
        OfflineState::Kept => 0,
        OfflineState::NoRoom => 1,
        OfflineState::Failed => 2,
        OfflineState::Waiting => 3,
        OfflineState::Fetching => 4,
    }
}
