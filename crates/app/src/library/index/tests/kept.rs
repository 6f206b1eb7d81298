//! What is to be available offline, beside the model.

use notespot_protocol::window::{OfflineState, ViewSort};
use notespot_protocol::{Node, NodeId, NodeKind, Order};
use proptest::sample::Index as Pick;

use super::super::super::Library;
use super::super::{Source, Standing};
use super::{Model, listed};

/// What is kept of a file in these tests: half of them.
fn is_here(node: &Node) -> bool {
    node.content.as_ref().is_some_and(|content| content.size.get() % 2 == 0)
}

impl Model {
    fn is_covered(&self, node: &Node) -> bool {
        let above = node.parent.and_then(|id| self.nodes.get(&id));
        self.pins.contains(&node.id) || above.is_some_and(|folder| self.is_covered(folder))
    }

    /// All files below it that live and are not here.
    fn lacks(&self, folder: NodeId) -> bool {
        self.nodes.values().filter(|node| node.parent == Some(folder) && node.trashed_at.is_none()).any(
            |node| match node.kind {
                NodeKind::File => !is_here(node),
                NodeKind::Folder => self.lacks(node.id),
            },
        )
    }
}

/// The person wishes for a node that the client knows, or no longer.
pub(super) async fn keep(library: &Library, model: &mut Model, pick: Pick, is_wanted: bool) {
    let Some(node) = model.any(pick).map(|id| model.nodes[&id].clone()) else { return };
    let done = library.keep_offline(vec![node.id], is_wanted).await.unwrap();
    if node.trashed_at.is_some() {
        assert!(done.is_err());
    } else if !is_wanted {
        model.pins.retain(|id| *id != node.id);
        assert_eq!(done.is_err(), model.is_covered(&node) && model.lives(&node));
    } else if !(model.is_covered(&node) && model.lives(&node)) {
        model.pins.retain(|id| *id != node.id);
        model.pins.push(node.id);
    }
}

/// Everything is as the model says.
pub(super) async fn compare(library: &Library, model: &mut Model) {
    let Some(wanted) = library.wanted_offline().await.unwrap() else { return };
    let Model { nodes, pins, .. } = model;
    pins.retain(|id| nodes.contains_key(id));
    assert!(wanted.is_sorted_by_key(|wanted| (wanted.rank, wanted.number)));
    let mut found: Vec<_> = wanted.iter().map(|wanted| (wanted.node, wanted.lives)).collect();
    found.sort_unstable();
    let covered = model.nodes.values().filter(|node| node.kind == NodeKind::File && model.is_covered(node));
    let covered: Vec<_> = covered.map(|node| (node.id, model.lives(node))).collect();
    assert_eq!(found, covered);

    let standing = wanted.iter().map(|wanted| Standing {
        number: wanted.number,
        version: wanted.version,
        state: if is_here(&model.nodes[&wanted.node]) { OfflineState::Kept } else { OfflineState::NoRoom },
        failure: None,
    });
    library.stand_offline(standing.collect()).await.unwrap();
    let kept = covered.iter().filter(|(id, lives)| *lives && is_here(&model.nodes[id])).count();
    assert_eq!(library.counts().offline as usize, kept);
    for node in model.nodes.values() {
        let is_whole = if node.kind == NodeKind::Folder { !model.lacks(node.id) } else { is_here(node) };
        let state = if is_whole { OfflineState::Kept } else { OfflineState::NoRoom };
        let expected = (model.is_covered(node) && model.lives(node)).then_some(state);
        assert_eq!(library.row(node.id).await.unwrap().unwrap().offline, expected, "{node:?}");
    }
    let outermost = |node: &&Node| {
        let above = node.parent.and_then(|id| model.nodes.get(&id));
        model.pins.contains(&node.id)
            && model.lives(node)
            && !above.is_some_and(|folder| model.is_covered(folder))
    };
    let expected: Vec<_> = model.nodes.values().filter(outermost).map(|node| node.id).collect();
    let mut shown = listed(library, Source::AvailableOffline, ViewSort::Name, Order::Ascending).await;
    shown.sort_unstable();
    assert_eq!(shown, expected);
}
