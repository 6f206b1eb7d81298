//! Uploaded files, into the list.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use notespot_protocol::Node;

use crate::App;

/// Between two times at which the list takes in what was uploaded: each walks over the whole library, to
/// count it, and has the window read its list again.
const INTERVAL: Duration = Duration::from_millis(100);

/// What the server has, and the list does not show yet. A crash loses it: sync brings it.
#[derive(Default)]
pub(super) struct Arrived(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    /// Each with the opening of the library that it was uploaded from.
    nodes: Vec<(u32, Node)>,
    /// Somebody takes them in.
    is_seen_to: bool,
}

impl Arrived {
    /// Whether somebody has to be set to take them in.
    fn add(&self, opening: u32, node: Node) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.nodes.push((opening, node));
        !std::mem::replace(&mut waiting.is_seen_to, true)
    }

    /// `None` ends the one that takes them in.
    fn take(&self) -> Option<Vec<(u32, Node)>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.is_seen_to = !waiting.nodes.is_empty();
        waiting.is_seen_to.then(|| std::mem::take(&mut waiting.nodes))
    }
}

impl App {
    /// Shows an uploaded file in the list: one that comes alone at once, and many together.
    pub(super) fn uploaded(&self, opening: u32, node: Node) {
        if !self.transfer_queue().arrived.add(opening, node) {
            return;
        }
        let app = self.clone();
        self.spawn(async move {
            while let Some(nodes) = app.transfer_queue().arrived.take() {
                // Those of another account are none of this library's business.
                let now = |opening| app.transfer_queue().lock().is_open(opening);
                let nodes: Vec<_> =
                    nodes.into_iter().filter_map(|(opening, node)| now(opening).then_some(node)).collect();
                if !nodes.is_empty() {
                    app.took_in(&nodes).await;
                }
                // Not to wait for anything: this is what makes many of few.
                tokio::time::sleep(INTERVAL).await;
            }
        });
    }
}
