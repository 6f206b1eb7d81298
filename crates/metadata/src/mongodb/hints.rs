//! Where folders lay when they were last seen.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use notespot_protocol::NodeId;

/// About 2 MiB. When there are more, all are forgotten: those that are needed come again.
const MOST: usize = 50_000;

/// In which folder nodes lay, as far as this process has seen. Nothing is ever decided by it: it says what to ask
/// for ahead, so that a way up that was gone before is asked for all at once, and not level by level.
#[derive(Debug, Default)]
pub(super) struct Hints {
    parents: Mutex<HashMap<NodeId, NodeId>>,
}

impl Hints {
    pub(super) fn note(&self, seen: impl IntoIterator<Item = (NodeId, NodeId)>) {
        let mut parents = self.parents.lock().unwrap_or_else(PoisonError::into_inner);
        for (node, parent) in seen {
            if parents.len() >= MOST {
                parents.clear();
            }
            parents.insert(node, parent);
        }
    }

    /// These, and what may lie above them: at most `most` in all. Folders that moved can have left a circle.
    pub(super) fn with_what_may_be_above(&self, nodes: &BTreeSet<NodeId>, most: usize) -> Vec<NodeId> {
        let parents = self.parents.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<NodeId> = nodes.iter().take(most).copied().collect();
        let mut known: BTreeSet<NodeId> = found.iter().copied().collect();
        let mut at = 0;
        while found.len() < most
            && let Some(node) = found.get(at)
        {
            if let Some(parent) = parents.get(node)
                && known.insert(*parent)
            {
                found.push(*parent);
            }
            at += 1;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_above_is_given_once_and_no_more_than_asked_for() {
        let hints = Hints::default();
        let [a, b, c, d] = [(); 4].map(|()| NodeId::generate());
        hints.note([(a, b), (b, c), (c, a), (d, b)]);
        let above =
            |nodes: &[NodeId], most| hints.with_what_may_be_above(&nodes.iter().copied().collect(), most);
        assert_eq!(above(&[a], 10), [a, b, c]);
        assert_eq!(above(&[a, d], 10), [a, d, b, c]);
        assert_eq!(above(&[a], 2), [a, b]);
        assert_eq!(above(&[NodeId::generate()], 10).len(), 1);
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let hints = Hints::default();
        hints.note((0..=MOST).map(|_| (NodeId::generate(), NodeId::generate())));
        assert_eq!(hints.parents.lock().unwrap().len(), 1);
    }
}
