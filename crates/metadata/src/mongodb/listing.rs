//! Pages of lists, by keyset: a page costs the same wherever it lies, and however much there is. A search by
//! part of a name has no index of its own: it reads names from an index of the owner's, in the order asked for,
//! until it has a page of them.

use mongodb::bson::{Bson, Document, doc};
use notespot_protocol::{Node, NodesQuery, NodesView, Order, Page, SortKey, Timestamp, UserId};

use super::collections::Collections;
use super::connection::{Connection, Find};
use super::rows::{self, NodeRow};
use super::tree;
use crate::listing::{Key, List, Position};
use crate::{MetadataError, Result, naming};

/// Longer texts are in no name: one has at most 255 bytes, and lower case no more than three times as many.
const TEXT_MAX_BYTES: usize = 765;

/// One page of a view.
pub(super) async fn page(
    connection: &mut Connection,
    owner: &UserId,
    query: &NodesQuery,
) -> Result<Page<Node>> {
    let asked = List::new(owner, query);
    let limit = asked.limit();
    let after = asked.after()?;

    let mut found: Vec<NodeRow> = Vec::new();
    let wanted = limit + 1;
    for kind in asked.kinds() {
        let after = match &after {
            Some(position) if position.kind > *kind => continue,
            Some(position) if position.kind == *kind => Some(place_after(&asked, position)?),
            _ => None,
        };
        found.extend(some(connection, &asked, *kind, after, wanted - found.len()).await?);
        if found.len() == wanted {
            break;
        }
    }
    let more = found.len() == wanted;
    found.truncate(limit);
    let last_key = found.last().map(|last| last.sort_key.clone());
    let items = found.into_iter().map(NodeRow::node).collect::<Result<Vec<_>>>()?;
    let next = match (items.last(), last_key) {
        (Some(last), Some(sort_key)) if more => Some(asked.cursor(last, &sort_key)?),
        _ => None,
    };
    Ok(Page { items, next })
}

/// The keys of a row in the order of the list.
type Place = (Bson, Bson);

fn place_after(asked: &List<'_>, position: &Position) -> Result<Place> {
    let key = match &position.key {
        Key::Number(number) if asked.sort == SortKey::Modified => {
            rows::time(Timestamp::from_millis(*number)).into()
        }
        Key::Number(number) => Bson::Int64(*number),
        Key::Text(text) => text.into(),
    };
    let bytes = position.id()?.try_into().map_err(|_| MetadataError::BadCursor)?;
    Ok((key, mongodb::bson::Uuid::from_bytes(bytes).into()))
}

fn place_of(asked: &List<'_>, row: &NodeRow) -> Place {
    let key = match asked.sort {
        SortKey::Name => Bson::from(&row.sort_key),
        SortKey::Size => row.size.into(),
        SortKey::Modified => row.modified_at().into(),
    };
    (key, row.id.into())
}

/// Read together where some of them may lie in trashed folders.
const PASSED_OVER_AT_ONCE: usize = 500;

/// The first `wanted` nodes of one kind behind a place. What lies in trashed folders is passed over.
async fn some(
    connection: &mut Connection,
    asked: &List<'_>,
    kind: i64,
    mut after: Option<Place>,
    wanted: usize,
) -> Result<Vec<NodeRow>> {
    let Some(filter) = filter(asked, kind) else { return Ok(Vec::new()) };
    let may_lie_in_the_trash = matches!(asked.query.view, NodesView::Recent | NodesView::Search);
    let mut found = Vec::new();
    loop {
        let room = wanted - found.len();
        // A hundred thousand files in one trashed folder must not be read one by one for the last row of a page.
        let room = if may_lie_in_the_trash { room.max(PASSED_OVER_AT_ONCE) } else { room };
        let read = read(connection, asked, &filter, after.as_ref(), room).await?;
        let is_all = read.len() < room;
        after = read.last().map(|last| place_of(asked, last));
        if may_lie_in_the_trash {
            found.extend(tree::living(connection, asked.owner, read).await?);
        } else {
            found.extend(read);
        }
        if is_all || found.len() >= wanted {
            found.truncate(wanted);
            return Ok(found);
        }
    }
}

/// What has the same key comes first, and then what lies beyond it: each is one range of one index.
async fn read(
    connection: &mut Connection,
    asked: &List<'_>,
    filter: &Document,
    after: Option<&Place>,
    room: usize,
) -> Result<Vec<NodeRow>> {
    let (beyond, direction) = match asked.order {
        Order::Ascending => ("$gt", 1),
        Order::Descending => ("$lt", -1),
    };
    let column = column(asked);
    let find = |filter, room| {
        let find = Find::new(filter).limit(room);
        // One child has a name: there is nothing to sort.
        if asked.query.name.is_some() {
            find
        } else {
            find.sort(doc! { column: direction, "_id": direction })
        }
    };
    let Some((key, id)) = after else {
        return connection.find(Collections::nodes, find(filter.clone(), room)).await;
    };
    let mut same = filter.clone();
    same.insert("_id", doc! { beyond: id });
    let mut rest = filter.clone();
    // A search has a condition of its own on the name.
    for (filter, condition) in [(&mut same, doc! { "$eq": key }), (&mut rest, doc! { beyond: key })] {
        match filter.get_document_mut(column) {
            Ok(own) => own.extend(condition),
            Err(_) => drop(filter.insert(column, condition)),
        }
    }
    let mut read = connection.find(Collections::nodes, find(same, room)).await?;
    let room = room - read.len();
    read.extend(connection.find(Collections::nodes, find(rest, room)).await?);
    Ok(read)
}

fn column(asked: &List<'_>) -> &'static str {
    match asked.sort {
        SortKey::Name => "sort_key",
        SortKey::Size => "size",
        SortKey::Modified => "modified_at",
    }
}

/// `None` where nothing can be found.
fn filter(asked: &List<'_>, kind: i64) -> Option<Document> {
    let List { owner, query, .. } = asked;
    let mut filter = doc! { "owner": &owner.0, "kind": kind };
    match query.view {
        NodesView::Trash => drop(filter.insert("trashed_at", doc! { "$exists": true })),
        _ => drop(filter.insert("untrashed", true)),
    }
    match query.view {
        NodesView::Folder => {
            filter.insert("parent", rows::parent(query.parent));
            if let Some(name) = &query.name {
                filter.insert("unique_key", name.unique_key());
            }
        }
        NodesView::Search => {
            let text = naming::folded(query.text.as_deref().unwrap_or_default());
            // Names have no control characters.
            if text.len() > TEXT_MAX_BYTES || text.contains(char::is_control) {
                return None;
            }
            if !text.is_empty() {
                filter.insert("sort_key", doc! { "$regex": literally(&text) });
            }
        }
        NodesView::Recent | NodesView::Trash => {}
    }
    Some(filter)
}

/// A regular expression for this text.
fn literally(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() * 2);
    for letter in text.chars() {
        if letter.is_ascii() && !letter.is_ascii_alphanumeric() {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_searched_for_as_it_is() {
        assert_eq!(literally("a.b (2)*\u{e9}"), "a\\.b\\ \\(2\\)\\*\u{e9}");
        assert_eq!(literally("\\E$^"), "\\\\E\\$\\^");
    }
}
