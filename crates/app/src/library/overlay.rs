//! A node as it is shown: what the server has, with the edits that wait laid over it.

use notespot_protocol::{Node, NodeId, NodeKind, Revision};

use super::edits::{Edit, What};

/// `None` where neither the server nor an edit has such a node.
pub(super) fn shown(id: NodeId, base: Option<Node>, edits: &[Edit]) -> Option<Node> {
    let mut node = match (base, edits.first()) {
        (Some(base), _) => base,
        (None, Some(Edit { at, what: What::MakeFolder { parent, name, .. }, .. })) => Node {
            id,
            parent: *parent,
            kind: NodeKind::Folder,
            name: name.clone(),
            description: String::new(),
            tags: Vec::new(),
            content: None,
            created_at: *at,
            modified_at: *at,
            trashed_at: None,
            revision: Revision::ZERO,
        },
        (None, _) => return None,
    };
    for Edit { at, what, restore_first, .. } in edits {
        node.trashed_at = node.trashed_at.filter(|_| !restore_first);
        match what {
            What::Rename { to, .. } => node.name.clone_from(to),
            What::Move { to, .. } => node.parent = *to,
            What::Describe { to, .. } => node.description.clone_from(to),
            What::Tag { to, .. } => node.tags.clone_from(to),
            // It is hidden, and what lies in it does not live.
            What::Trash | What::Delete => node.trashed_at = node.trashed_at.or(Some(*at)),
            What::Restore => node.trashed_at = None,
            // It is in the base once the server has made it.
            What::MakeFolder { .. } | What::MakeLink { .. } | What::EndLink { .. } | What::List { .. } => {
                continue;
            }
        }
        if !matches!(what, What::Trash | What::Restore | What::Delete) {
            node.modified_at = node.modified_at.max(*at);
        }
    }
    Some(node)
}

/// Whether what the server has now is what the first of these edits make of what it had.
pub(super) fn makes(before: &Node, edits: &[Edit], now: &Node) -> bool {
    let are_alike = |made: &Node| {
        (&made.name, made.parent, &made.description, &made.tags, &made.content, made.trashed_at.is_some())
            == (&now.name, now.parent, &now.description, &now.tags, &now.content, now.trashed_at.is_some())
    };
    (1..=edits.len())
        .filter_map(|count| shown(before.id, Some(before.clone()), &edits[..count]))
        .any(|made| are_alike(&made))
}

/// Whether it is shown no more: it was deleted for ever here.
pub(super) fn is_hidden(edits: &[Edit]) -> bool {
    edits.iter().any(|edit| matches!(edit.what, What::Delete))
}

#[cfg(test)]
mod tests {
    use super::*;
    use notespot_protocol::{ClientRef, NodeName, Timestamp};

    fn name(text: &str) -> NodeName {
        NodeName::new(text).unwrap()
    }

    #[test]
    fn edits_lie_over_what_the_server_has_in_their_order() {
        let id = NodeId::generate();
        let make = What::MakeFolder { client_ref: ClientRef::generate(), parent: None, name: name("a") };
        let edit = |millis, what| Edit {
            at: Timestamp::from_millis(millis),
            keep_both: false,
            restore_first: false,
            what,
        };
        let edits = [
            edit(1, make),
            edit(2, What::Rename { from: name("a"), to: name("b") }),
            edit(3, What::Trash),
            edit(4, What::Restore),
            edit(5, What::Rename { from: name("b"), to: name("c") }),
        ];
        let node = shown(id, None, &edits).unwrap();
        assert_eq!((node.name.as_str(), node.trashed_at, node.modified_at.as_millis()), ("c", None, 5));
        // What came from the server meanwhile stays where no edit says otherwise.
        let base = Node { description: "theirs".into(), name: name("theirs"), ..node };
        let over = shown(id, Some(base.clone()), &edits[1..3]).unwrap();
        assert_eq!((over.name.as_str(), &*over.description), ("b", "theirs"));
        assert!(over.trashed_at.is_some());
        assert_eq!(shown(id, Some(base.clone()), &[]), Some(base));
        assert_eq!(shown(id, None, &edits[1..]), None);
    }
}
