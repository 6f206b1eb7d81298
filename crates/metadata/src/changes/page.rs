//! Pages of the feed: their bounds, and how they are put together.

use notespot_protocol::{CHANGES_PAGE_MAX, ChangesQuery, Node, Revision};

use super::{StoredChange, StoredChanges};
use crate::{MetadataError, Result};

const PAGE_DEFAULT: u32 = 500;
/// What a page may hold of names, descriptions and tags: with all that is around them, and escaped as JSON, it
/// stays below what clients read (32 MiB).
const TEXT_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Tombstones that are forgotten in one call.
pub(crate) const FORGOTTEN_AT_ONCE: u32 = 1000;

/// How many changes a page has at the most.
pub(crate) fn limit(query: &ChangesQuery) -> usize {
    query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, CHANGES_PAGE_MAX) as usize
}

/// One beyond the page tells whether there is more.
pub(crate) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// Up to which revision the client knows of what is gone. `horizon` is the highest revision of a tombstone that
/// was forgotten. A client that knows of more than there is knew the store before it was restored from a backup:
/// what it holds is another history, in which the same revisions mean something else.
pub(crate) fn heard_of(query: &ChangesQuery, newest: Revision, horizon: Revision) -> Result<Revision> {
    let heard_of = match query.filling_since {
        // Who holds nothing has nothing to forget.
        None if query.since == Revision::ZERO => newest,
        None => query.since,
        Some(filling_since) => filling_since,
    };
    let is_of_another_history = query.since > newest || heard_of > newest;
    if heard_of < horizon || is_of_another_history {
        Err(MetadataError::ChangesExpired)
    } else {
        Ok(heard_of)
    }
}

/// The first nodes of a page, in the owner's order.
pub(crate) struct ChangedNodes {
    changes: Vec<StoredChange>,
    text_bytes: usize,
    reached: Revision,
    /// Where the page has to end, because it has as much text as it may: there is more behind it.
    cut_after: Option<Revision>,
}

impl ChangedNodes {
    pub(crate) fn since(since: Revision) -> Self {
        Self { changes: Vec::new(), text_bytes: 0, reached: since, cut_after: None }
    }

    pub(crate) fn len(&self) -> usize {
        self.changes.len()
    }

    /// Behind which revision to go on reading.
    pub(crate) fn reached(&self) -> Revision {
        self.reached
    }

    /// Takes the next one: false when the page has no room for text behind it.
    pub(crate) fn takes(&mut self, node: Node) -> bool {
        self.text_bytes += text_of(&node);
        self.reached = node.revision;
        self.changes.push(StoredChange::Node(Box::new(node)));
        let is_full = self.text_bytes > TEXT_MAX_BYTES;
        self.cut_after = is_full.then_some(self.reached);
        !is_full
    }

    /// The page, with the first links and tombstones: at least one more of each than the page has room for,
    /// where there are so many.
    pub(crate) fn page(
        self,
        others: Vec<StoredChange>,
        query: &ChangesQuery,
        newest: Revision,
    ) -> StoredChanges {
        let limit = limit(query);
        let mut changes = self.changes;
        if !others.is_empty() {
            changes.extend(others);
            changes.sort_unstable_by_key(StoredChange::revision);
        }
        if let Some(cut_after) = self.cut_after {
            changes.truncate(changes.partition_point(|change| change.revision() <= cut_after));
        }
        let more = changes.len() > limit || self.cut_after.is_some();
        changes.truncate(limit);
        let revision = match changes.last() {
            Some(last) if more => last.revision(),
            _ => newest,
        };
        StoredChanges { changes, revision, newest, more }
    }
}

fn text_of(node: &Node) -> usize {
    let tags: usize = node.tags.iter().map(String::len).sum();
    node.name.as_str().len() + node.description.len() + tags
}
