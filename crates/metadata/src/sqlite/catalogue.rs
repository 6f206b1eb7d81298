//! The public catalogue, by keyset: a page costs the same wherever it lies, and whatever is searched for.

use async_trait::async_trait;
use notespot_protocol::{ByteCount, CatalogueQuery, Page, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{Connection, SqliteMetadata, rows, tree};
use crate::Result;
use crate::catalogue::place::{self, Place};
use crate::catalogue::{Catalogue, CatalogueEntry};

/// In the order of the list, everything behind a place: an index holds all of it.
const LISTED: &str = "FROM links WHERE listed_at IS NOT NULL AND ended_at IS NULL AND (listed_at, slug) < (";

#[async_trait]
impl Catalogue for SqliteMetadata {
    async fn catalogue(&self, query: &CatalogueQuery) -> Result<Page<CatalogueEntry>> {
        let limit = place::limit(query);
        let after = query.cursor.as_ref().map_or(Ok(Place::start()), Place::of)?;
        let mut snapshot = self.snapshot().await?;
        let found = found(&mut snapshot, query, &after, limit + 1).await?;
        let mut items = found.iter().map(entry).collect::<Result<Vec<_>>>()?;
        let next = if items.len() > limit {
            items.truncate(limit);
            items.last().map(Place::behind)
        } else {
            behind_what_was_looked_at(&mut snapshot, &after).await?
        };
        Ok(Page { items, next: next.as_ref().map(Place::cursor) })
    }
}

/// Ends a statement that began with [`LISTED`].
fn push_behind(place: &Place, select: &mut QueryBuilder<Sqlite>) {
    select.push_bind(place.listed_at).push(", ").push_bind(place.slug.clone());
    select.push(") ORDER BY listed_at DESC, slug DESC LIMIT ");
}

/// The first that match, of those that a page looks at.
async fn found(
    snapshot: &mut Connection,
    query: &CatalogueQuery,
    after: &Place,
    wanted: usize,
) -> Result<Vec<SqliteRow>> {
    // The inner statement reads the index alone and stops where the outer one has enough.
    let mut select = QueryBuilder::new(
        "SELECT found.slug, found.listed_at, n.name, n.size, n.content_type, substr(n.description, 1, 300), \
         CASE WHEN u.name IS u.email THEN '' ELSE u.name END \
         FROM (SELECT rowid AS at, slug, listed_at, listed_name ",
    );
    push_behind(after, select.push(LISTED));
    select.push_bind(place::LOOKED_AT_MAX).push(
        ") AS found CROSS JOIN links l ON l.rowid = found.at CROSS JOIN nodes n ON n.id = l.node \
         CROSS JOIN users u ON u.id = l.owner WHERE n.trashed_at IS NULL AND n.content_type IS NOT NULL",
    );
    for word in place::words(query) {
        select.push(" AND instr(found.listed_name, ").push_bind(word).push(") > 0");
    }
    // A file with several links is one file.
    select.push(
        " AND NOT EXISTS (SELECT 1 FROM links o WHERE o.node = l.node AND o.ended_at IS NULL \
         AND (o.created_at, o.slug) < (l.created_at, l.slug)) AND ",
    );
    select.push(tree::NOTHING_ABOVE_IS_TRASHED).push(" LIMIT ");
    select.push_bind(rows::integer(wanted as u64));
    Ok(select.build().fetch_all(snapshot).await?)
}

/// Where a page goes on that looked at all that it may; `None` where there is nothing behind that.
async fn behind_what_was_looked_at(snapshot: &mut Connection, after: &Place) -> Result<Option<Place>> {
    // As one text, times and slugs are in the order of the list: times have thirteen digits until the year 2286.
    let mut select =
        QueryBuilder::new("SELECT min(printf('%013d %s', listed_at, slug)) FROM (SELECT listed_at, slug ");
    push_behind(after, select.push(LISTED));
    let last: Option<String> = select
        .push_bind(place::LOOKED_AT_MAX)
        .push(") AS found")
        .build_query_scalar()
        .fetch_one(&mut *snapshot)
        .await?;
    let Some(last) = last else { return Ok(None) };
    let (listed_at, slug) = last.split_once(' ').unwrap_or_default();
    let last = Place { listed_at: listed_at.parse().map_err(rows::unreadable)?, slug: slug.to_owned() };
    let mut select = QueryBuilder::new("SELECT EXISTS (SELECT 1 ");
    push_behind(&last, select.push(LISTED));
    let has_more: bool = select.push("1)").build_query_scalar().fetch_one(snapshot).await?;
    Ok(has_more.then_some(last))
}

fn entry(row: &SqliteRow) -> Result<CatalogueEntry> {
    Ok(CatalogueEntry {
        slug: row.try_get::<String, _>(0)?.parse().map_err(rows::unreadable)?,
        listed_at: Timestamp::from_millis(row.try_get(1)?),
        name: rows::name(row, 2)?,
        size: ByteCount(rows::count(row, 3)?),
        content_type: row.try_get(4)?,
        description: row.try_get(5)?,
        owner_name: row.try_get(6)?,
    })
}
