//! Lists of nodes: their order, and where their pages end.

use notespot_protocol::{Cursor, NODES_PAGE_MAX, Node, NodesQuery, NodesView, Order, SortKey, UserId};
use serde::{Deserialize, Serialize};

use crate::stored::{self, FILE, FOLDER};
use crate::{MetadataError, Result};

const PAGE_DEFAULT: u32 = 200;

/// Where a page ended: the keys of its last row, and which list they belong to.
#[derive(Serialize, Deserialize)]
pub(crate) struct Position {
    list: String,
    pub(crate) kind: i64,
    pub(crate) key: Key,
    id: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Key {
    Number(i64),
    Text(String),
}

/// What is listed, in which order.
pub(crate) struct List<'a> {
    pub(crate) owner: &'a UserId,
    pub(crate) query: &'a NodesQuery,
    pub(crate) sort: SortKey,
    pub(crate) order: Order,
}

impl Position {
    /// The id of the last row.
    pub(crate) fn id(&self) -> Result<Vec<u8>> {
        hex::decode(&self.id).map_err(|_| MetadataError::BadCursor)
    }
}

impl<'a> List<'a> {
    pub(crate) fn new(owner: &'a UserId, query: &'a NodesQuery) -> Self {
        let (sort, order) = match query.view {
            NodesView::Recent => (SortKey::Modified, Order::Descending),
            _ => (query.sort, query.order),
        };
        Self { owner, query, sort, order }
    }

    /// How many a page has at the most.
    pub(crate) fn limit(&self) -> usize {
        self.query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, NODES_PAGE_MAX) as usize
    }

    /// Folders and files are read one after the other: each is then one range of one index.
    pub(crate) fn kinds(&self) -> &'static [i64] {
        if self.query.view == NodesView::Recent { &[FILE] } else { &[FOLDER, FILE] }
    }

    /// Where the previous page ended.
    pub(crate) fn after(&self) -> Result<Option<Position>> {
        self.query.cursor.as_ref().map(|cursor| self.position(cursor)).transpose()
    }

    /// Names the list, so that a cursor of another one is refused and not misread.
    fn name(&self) -> String {
        format!(
            "{:?} {:?} {:?} {:?} {:?}",
            self.query.view, self.query.parent, self.query.text, self.sort, self.order
        )
    }

    /// Behind this node.
    pub(crate) fn cursor(&self, node: &Node, sort_key: &str) -> Result<Cursor> {
        let key = match self.sort {
            SortKey::Name => Key::Text(sort_key.to_owned()),
            // A folder has no size: it is stored as 0.
            SortKey::Size => {
                Key::Number(stored::integer(node.content.as_ref().map_or(0, |file| file.size.get())))
            }
            SortKey::Modified => Key::Number(node.modified_at.as_millis()),
        };
        let kind = stored::kind(node.kind);
        let position = Position { list: self.name(), kind, key, id: hex::encode(node.id.0.as_bytes()) };
        Ok(Cursor(hex::encode(serde_json::to_vec(&position).map_err(stored::unreadable)?)))
    }

    fn position(&self, cursor: &Cursor) -> Result<Position> {
        let bytes = hex::decode(&cursor.0).map_err(|_| MetadataError::BadCursor)?;
        let position: Position = serde_json::from_slice(&bytes).map_err(|_| MetadataError::BadCursor)?;
        let of_this_list = position.list == self.name()
            && matches!(position.key, Key::Text(_)) == (self.sort == SortKey::Name);
        if of_this_list { Ok(position) } else { Err(MetadataError::BadCursor) }
    }
}

#[cfg(test)]
mod fuzz;
