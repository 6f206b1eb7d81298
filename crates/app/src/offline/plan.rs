//! Which files have room, and which is next.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use notespot_protocol::window::{OfflineState, OfflineUsage};
use notespot_protocol::{ByteCount, Failure, NodeId, Sha256};

use super::Content;
use crate::library::{Standing, Wanted};

/// What is to be done, and how every file stands.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) standing: Vec<Standing>,
    /// To be fetched, in this order.
    pub(super) next: VecDeque<Content>,
    pub(super) room: Arc<Room>,
    pub(super) usage: OfflineUsage,
}

/// Who has room.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// Files that have, and their current content.
    given: HashMap<NodeId, Sha256>,
    /// Files in the trash: they have none, and what is here of them goes once that is past undoing.
    in_trash: HashSet<NodeId>,
}

/// What is known of a file beside what the library says.
pub(super) enum Seen {
    /// Its content is here.
    Here,
    /// It is on its way.
    Coming,
    /// It failed, and is not tried again yet.
    Failed(Failure),
    Nothing,
}

/// Gives room to the oldest wishes first. What is too large for what is left is passed over, so that one film does not
/// keep a hundred letters out.
pub(super) fn plan(wanted: Vec<Wanted>, budget: ByteCount, seen: impl Fn(&Content) -> Seen) -> Plan {
    let mut plan = Plan { usage: OfflineUsage { budget, ..OfflineUsage::default() }, ..Plan::default() };
    let mut room = Room::default();
    let mut left = budget.get();
    for Wanted { number, node, version, sha256, size, lives, .. } in wanted {
        if !lives {
            room.in_trash.insert(node);
            continue;
        }
        let content = Content { node, version, sha256, size };
        let mut failure = None;
        let state = if size.get() > left {
            plan.usage.no_room += 1;
            plan.usage.lacking = plan.usage.lacking + size;
            OfflineState::NoRoom
        } else {
            left -= size.get();
            room.given.insert(node, sha256);
            match seen(&content) {
                Seen::Here => OfflineState::Kept,
                Seen::Coming => OfflineState::Fetching,
                Seen::Failed(why) => {
                    failure = Some(why);
                    OfflineState::Failed
                }
                Seen::Nothing => {
                    plan.next.push_back(content);
                    OfflineState::Waiting
                }
            }
        };
        match state {
            OfflineState::Kept => plan.usage.kept += 1,
            OfflineState::Waiting | OfflineState::Fetching => plan.usage.waiting += 1,
            OfflineState::Failed => plan.usage.failed += 1,
            OfflineState::NoRoom => {}
        }
        plan.standing.push(Standing { number, version, state, failure });
    }
    plan.room = Arc::new(room);
    plan
}

impl Room {
    /// Whether this is a file's current content, and there is room for it.
    pub(super) fn is_for(&self, node: NodeId, sha256: Sha256) -> bool {
        self.given.get(&node) == Some(&sha256)
    }

    pub(super) fn has(&self, node: NodeId) -> bool {
        self.given.contains_key(&node)
    }

    /// Whether a content stays on this machine. `is_settled`: what was done here is known to the server, so that
    /// nobody takes it back.
    pub(super) fn keeps(
        &self,
        node: NodeId,
        sha256: Sha256,
        of_it: &[(Sha256, ByteCount)],
        is_settled: bool,
    ) -> bool {
        match self.given.get(&node) {
            // An earlier version, until the current one is here.
            Some(current) => *current == sha256 || of_it.iter().all(|(other, _)| other != current),
            None => self.in_trash.contains(&node) && !is_settled,
        }
    }
}

#[cfg(test)]
mod tests {
    use notespot_protocol::{ErrorCode, VersionId};

    use super::*;

    fn sha(byte: u8) -> Sha256 {
        Sha256::from_bytes([byte; 32])
    }

    fn wanted(number: u32, size: u64, lives: bool) -> Wanted {
        Wanted {
            number,
            node: NodeId::generate(),
            version: VersionId::generate(),
            sha256: sha(u8::try_from(number).unwrap()),
            size: ByteCount(size),
            rank: number,
            lives,
        }
    }

    fn states(plan: &Plan) -> Vec<OfflineState> {
        plan.standing.iter().map(|standing| standing.state).collect()
    }

    #[test]
    fn the_newest_wishes_wait_and_one_large_file_keeps_no_small_ones_out() {
        use OfflineState::{Kept, NoRoom, Waiting};
        let all = [wanted(1, 60, true), wanted(2, 500, true), wanted(3, 40, true), wanted(4, 1, true)];
        let first = all[0].node;
        let here = |content: &Content| if content.node == first { Seen::Here } else { Seen::Nothing };
        let plan = plan(all.to_vec(), ByteCount(100), here);
        assert_eq!(states(&plan), [Kept, NoRoom, Waiting, NoRoom]);
        assert_eq!(plan.next.len(), 1);
        assert_eq!((plan.usage.kept, plan.usage.waiting, plan.usage.no_room), (1, 1, 2));
        assert_eq!(plan.usage.lacking, ByteCount(501));
        assert!(!plan.room.keeps(all[3].node, sha(4), &[], true), "what has no room any more goes");
    }

    #[test]
    fn an_earlier_version_stays_until_the_current_one_is_here() {
        let one = wanted(2, 5, true);
        let node = one.node;
        let plan = plan(vec![one], ByteCount(100), |_| Seen::Nothing);
        let (old, new) = ((sha(1), ByteCount(5)), (sha(2), ByteCount(5)));
        assert!(plan.room.keeps(node, sha(1), &[old], true));
        assert!(!plan.room.keeps(node, sha(1), &[old, new], true));
        assert!(plan.room.keeps(node, sha(2), &[old, new], true));
    }

    #[test]
    fn what_is_in_the_trash_goes_when_the_server_knows_and_what_failed_is_not_next() {
        let (dead, bad) = (wanted(1, 5, false), wanted(2, 5, true));
        let node = dead.node;
        let failed = |_: &Content| Seen::Failed(Failure::new(ErrorCode::DiskFull, "full"));
        let plan = plan(vec![dead, bad], ByteCount(100), failed);
        assert!(plan.room.keeps(node, sha(1), &[], false) && !plan.room.keeps(node, sha(1), &[], true));
        assert_eq!(states(&plan), [OfflineState::Failed]);
        assert!(plan.next.is_empty() && plan.standing[0].failure.is_some());
        assert!(!plan.room.keeps(NodeId::generate(), sha(1), &[], false), "nobody wants it");
    }
}
