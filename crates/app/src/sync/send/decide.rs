//! What is to be done about an edit, by what the server has.

use notespot_protocol::{NodePatch, OnConflict};

use crate::library::edits::{Conflict, Edit, Waiting, What};

/// What to do.
pub(super) enum Decision {
    /// The server has it, from here or from elsewhere.
    IsThere,
    Ask(Conflict),
    /// It comes out of the trash first.
    Restore,
    Send,
}

/// What is to be done by what the server has. Nothing is overwritten that the person has not seen.
pub(super) fn decide(waiting: &Waiting) -> Decision {
    let Some(base) = &waiting.base else { return Decision::Send };
    let what = &waiting.edit.what;
    let (is_there, was_seen) = match what {
        What::Rename { from, to } => (base.name == *to, base.name == *from),
        What::Move { from, to } => (base.parent == *to, base.parent == *from),
        What::Describe { from, to } => (base.description == *to, base.description == *from),
        What::Tag { from, to } => (base.tags == *to, base.tags == *from),
        What::Trash => (base.trashed_at.is_some(), waiting.base_was_seen),
        What::Restore => (base.trashed_at.is_none(), true),
        // Sync says when it is gone. What was restored elsewhere has another revision.
        What::Delete => (false, waiting.base_was_seen && base.trashed_at.is_some()),
        What::MakeFolder { .. } => (true, true),
        // Of links, nothing is known but what the server says: a switch has no third position.
        What::MakeLink { .. } | What::EndLink { .. } | What::List { .. } => (false, true),
    };
    let needs_life = !matches!(what, What::Restore) && !what.is_over();
    match (is_there, base.trashed_at.is_some() && needs_life, was_seen) {
        (true, ..) => Decision::IsThere,
        (false, true, _) if waiting.edit.restore_first => Decision::Restore,
        (false, true, _) => Decision::Ask(Conflict::TrashedThere),
        (false, false, true) => Decision::Send,
        (false, false, false) => Decision::Ask(Conflict::ChangedThere),
    }
}

/// What an edit changes in a node that the server has; nothing, where that is not done by a patch.
pub(super) fn patch_of(edit: &Edit) -> NodePatch {
    let on_conflict = if edit.keep_both { OnConflict::KeepBoth } else { OnConflict::Fail };
    let nothing = NodePatch { on_conflict, ..NodePatch::default() };
    match edit.what.clone() {
        What::Rename { to, .. } => NodePatch { name: Some(to), ..nothing },
        What::Move { to, .. } => NodePatch { parent: Some(to), ..nothing },
        What::Describe { to, .. } => NodePatch { description: Some(to), ..nothing },
        What::Tag { to, .. } => NodePatch { tags: Some(to), ..nothing },
        _ => nothing,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use notespot_protocol::{Node, NodeId, NodeKind, NodeName, Revision, Timestamp};

    /// A file as the server has it.
    pub(in super::super) fn file() -> Node {
        Node {
            id: NodeId::generate(),
            parent: None,
            kind: NodeKind::File,
            name: name("now"),
            description: String::new(),
            tags: Vec::new(),
            content: None,
            created_at: Timestamp::from_millis(0),
            modified_at: Timestamp::from_millis(0),
            trashed_at: None,
            revision: Revision(7),
        }
    }

    fn name(text: &str) -> NodeName {
        NodeName::new(text).unwrap()
    }

    fn decided(base: &Node, was_seen: bool, what: What) -> &'static str {
        let waiting = Waiting {
            id: 1,
            node: base.id,
            edit: Edit::now(what),
            base: Some(base.clone()),
            base_was_seen: was_seen,
        };
        match decide(&waiting) {
            Decision::IsThere => "is there",
            Decision::Send => "send",
            Decision::Restore => "restore",
            Decision::Ask(Conflict::ChangedThere) => "changed there",
            Decision::Ask(Conflict::TrashedThere) => "trashed there",
            Decision::Ask(_) => "something else",
        }
    }

    #[test]
    fn nothing_is_overwritten_that_was_not_seen_and_nothing_is_asked_twice() {
        let base = file();
        let rename = |from: &str, to: &str| What::Rename { from: name(from), to: name(to) };
        assert_eq!(decided(&base, true, rename("now", "mine")), "send");
        assert_eq!(decided(&base, false, rename("then", "mine")), "changed there");
        assert_eq!(decided(&base, false, rename("then", "now")), "is there");
        // What somebody else changed is another thing than what was changed here.
        assert_eq!(decided(&base, false, rename("now", "mine")), "send");
        assert_eq!(decided(&base, false, What::Trash), "changed there");
        let trashed = Node { trashed_at: Some(Timestamp::from_millis(1)), ..base };
        assert_eq!(decided(&trashed, false, What::Trash), "is there");
        assert_eq!(decided(&trashed, false, rename("now", "mine")), "trashed there");
        assert_eq!(decided(&trashed, true, What::Restore), "send");
        assert_eq!(decided(&trashed, true, What::Delete), "send");
        assert_eq!(decided(&trashed, false, What::Delete), "changed there");
        let restored = Node { trashed_at: None, ..trashed };
        assert_eq!(decided(&restored, false, What::Delete), "changed there");
    }
}
