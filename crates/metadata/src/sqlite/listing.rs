//! Pages of lists, by keyset: a page costs the same wherever it lies, and however much there is. A search by
//! part of a name has no index: it reads names, in the order asked for, until it has a page of them.

use notespot_protocol::{Cursor, Node, NodesQuery, NodesView, Order, Page, SortKey, UserId};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{Connection, names, rows, tree};
use crate::{MetadataError, Result};

const PAGE_DEFAULT: u32 = 200;
const PAGE_MAX: u32 = 1000;

/// Where a page ended: the keys of its last row, and which list they belong to.
#[derive(Serialize, Deserialize)]
struct Position {
    list: String,
    kind: i64,
    key: Key,
    id: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Key {
    Number(i64),
    Text(String),
}

/// What is listed, in which order.
struct List<'a> {
    owner: &'a UserId,
    query: &'a NodesQuery,
    sort: SortKey,
    order: Order,
}

/// One page of a view.
pub(super) async fn page(
    connection: &mut Connection,
    owner: &UserId,
    query: &NodesQuery,
) -> Result<Page<Node>> {
    let list = List::new(owner, query);
    let limit = query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
    let after = query.cursor.as_ref().map(|cursor| list.position(cursor)).transpose()?;

    // Folders and files are read one after the other: each is then one range of one index.
    let mut found: Vec<SqliteRow> = Vec::new();
    let wanted = limit as usize + 1;
    for kind in list.kinds() {
        let after = match &after {
            Some(position) if position.kind > *kind => continue,
            Some(position) if position.kind == *kind => Some(position),
            _ => None,
        };
        let room = i64::try_from(wanted - found.len()).unwrap_or(i64::MAX);
        let mut select = list.select(*kind, after)?;
        found.extend(select.push(" LIMIT ").push_bind(room).build().fetch_all(&mut *connection).await?);
        if found.len() == wanted {
            break;
        }
    }
    let more = found.len() == wanted;
    found.truncate(limit as usize);
    let next = match found.last() {
        Some(row) if more => Some(list.cursor(row)?),
        _ => None,
    };
    Ok(Page { items: found.iter().map(rows::node).collect::<Result<_>>()?, next })
}

impl<'a> List<'a> {
    fn new(owner: &'a UserId, query: &'a NodesQuery) -> Self {
        let (sort, order) = match query.view {
            NodesView::Recent => (SortKey::Modified, Order::Descending),
            _ => (query.sort, query.order),
        };
        Self { owner, query, sort, order }
    }

    fn kinds(&self) -> &'static [i64] {
        if self.query.view == NodesView::Recent { &[rows::FILE] } else { &[rows::FOLDER, rows::FILE] }
    }

    fn column(&self) -> &'static str {
        match self.sort {
            SortKey::Name => "n.sort_key",
            SortKey::Size => "n.size",
            SortKey::Modified => "n.modified_at",
        }
    }

    fn select(&self, kind: i64, after: Option<&Position>) -> Result<QueryBuilder<Sqlite>> {
        let mut select = QueryBuilder::new(rows::NODES);
        select
            .push("WHERE n.owner = ")
            .push_bind(self.owner.0.clone())
            .push(" AND n.kind = ")
            .push_bind(kind);
        let (beyond, direction) = match self.order {
            Order::Ascending => (">", "ASC"),
            Order::Descending => ("<", "DESC"),
        };
        let column = self.column();
        if let Some(position) = after {
            select.push(format_args!(" AND ({column}, n.id) {beyond} ("));
            match &position.key {
                Key::Number(number) => select.push_bind(*number),
                Key::Text(text) => select.push_bind(text.clone()),
            };
            let id = hex::decode(&position.id).map_err(|_| MetadataError::BadCursor)?;
            select.push(", ").push_bind(id).push(")");
        }
        self.restrict(&mut select);
        select.push(format_args!(" ORDER BY {column} {direction}, n.id {direction}"));
        Ok(select)
    }

    fn restrict(&self, select: &mut QueryBuilder<Sqlite>) {
        match self.query.view {
            NodesView::Folder => {
                select.push(" AND n.trashed_at IS NULL AND n.parent = ");
                select.push_bind(rows::parent_key(self.query.parent));
                if let Some(name) = &self.query.name {
                    select.push(" AND n.unique_key = ").push_bind(name.unique_key());
                }
            }
            NodesView::Recent => {
                select.push(" AND n.trashed_at IS NULL AND ").push(tree::NOTHING_ABOVE_IS_TRASHED);
            }
            NodesView::Trash => {
                select.push(" AND n.trashed_at IS NOT NULL");
            }
            NodesView::Search => {
                let text = self.query.text.as_deref().unwrap_or_default();
                select.push(" AND n.trashed_at IS NULL AND instr(n.sort_key, ");
                select.push_bind(names::folded(text)).push(") > 0 AND ").push(tree::NOTHING_ABOVE_IS_TRASHED);
            }
        }
    }

    /// Names the list, so that a cursor of another one is refused and not misread.
    fn name(&self) -> String {
        format!(
            "{:?} {:?} {:?} {:?} {:?}",
            self.query.view, self.query.parent, self.query.text, self.sort, self.order
        )
    }

    fn cursor(&self, last: &SqliteRow) -> Result<Cursor> {
        let column = self.column().trim_start_matches("n.");
        let key = match self.sort {
            SortKey::Name => Key::Text(last.try_get(column)?),
            // A folder has no size, and the join gives none: it is stored as 0.
            SortKey::Size => Key::Number(last.try_get::<Option<i64>, _>(column)?.unwrap_or_default()),
            SortKey::Modified => Key::Number(last.try_get(column)?),
        };
        let id = hex::encode(last.try_get::<Vec<u8>, _>("id")?);
        let position = Position { list: self.name(), kind: last.try_get("kind")?, key, id };
        Ok(Cursor(hex::encode(serde_json::to_vec(&position).map_err(rows::unreadable)?)))
    }

    fn position(&self, cursor: &Cursor) -> Result<Position> {
        let bytes = hex::decode(&cursor.0).map_err(|_| MetadataError::BadCursor)?;
        let position: Position = serde_json::from_slice(&bytes).map_err(|_| MetadataError::BadCursor)?;
        let of_this_list = position.list == self.name()
            && matches!(position.key, Key::Text(_)) == (self.sort == SortKey::Name);
        if of_this_list { Ok(position) } else { Err(MetadataError::BadCursor) }
    }
}
