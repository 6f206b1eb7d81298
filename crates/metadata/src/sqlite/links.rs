//! Public links.

use std::collections::HashSet;

use async_trait::async_trait;
use notespot_protocol::{NodeId, NodeKind, NodeName, Revision, Slug, Timestamp, UserId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Connection, Mutation, SqliteMetadata, names, reader, revisions, rows, tree};
use crate::links::{GivenLink, Links, OpenedLink, StoredLink};
use crate::nodes::StoredVersion;
use crate::stored::kind;
use crate::{MetadataError, Result};

macro_rules! links {
    () => {
        "SELECT slug, owner, node, created_at, ended_at, views, downloads, listed_at, revision FROM links "
    };
}

/// What [`reader::link`] reads: to be followed by a `WHERE`.
pub(super) const LINKS: &str = links!();
const OF_SLUG: &str = concat!(links!(), "WHERE slug = ?1");

#[async_trait]
impl Links for SqliteMetadata {
    async fn create_link(&self, owner: &UserId, node: NodeId, slug: Option<Slug>) -> Result<GivenLink> {
        let mut tx = self.change(owner).await?;
        let file = tree::node(&mut tx, owner, node).await?;
        if file.kind != NodeKind::File {
            return Err(MetadataError::WrongKind);
        }
        if !tree::lives(&mut tx, node).await? {
            return Err(MetadataError::NotFound);
        }
        if let Some(slug) = &slug
            && let Some(known) = by_slug(&mut tx, slug).await?
        {
            let is_the_same = known.node == node && known.owner == *owner;
            return if is_the_same { Ok(GivenLink::known(known)) } else { Err(MetadataError::SlugTaken) };
        }
        let oldest = living_links(&mut tx, node, 1).await?.into_iter().next();
        if slug.is_none()
            && let Some(oldest) = oldest
        {
            return Ok(GivenLink::known(oldest));
        }
        let slug = slug.unwrap_or_else(Slug::generate);
        let revision = revisions::next(&mut tx).await?;
        let link = StoredLink {
            slug,
            owner: owner.clone(),
            node,
            created_at: Timestamp::now(),
            ended_at: None,
            views: 0,
            downloads: 0,
            listed: oldest.is_some_and(|oldest| oldest.listed),
            revision,
        };
        sqlx::query(
            "INSERT INTO links (slug, owner, node, created_at, revision) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .bind(link.slug.as_str())
        .bind(&owner.0)
        .bind(rows::key(node.0))
        .bind(link.created_at.as_millis())
        .bind(rows::integer(revision.0))
        .execute(&mut *tx)
        .await?;
        if link.listed {
            set_listed(&mut tx, &link.slug, revision, Some(&file.name)).await?;
        }
        tx.commit().await?;
        Ok(GivenLink { link, made: true })
    }

    async fn link(&self, owner: &UserId, slug: &Slug) -> Result<StoredLink> {
        let mut reader = self.readers.acquire().await?;
        own(&mut reader, owner, slug).await
    }

    async fn links(&self, owner: &UserId, limit: u32) -> Result<Vec<StoredLink>> {
        let found = sqlx::query(
            "SELECT * FROM links WHERE owner = ?1 AND ended_at IS NULL ORDER BY created_at DESC LIMIT ?2",
        )
        .bind(&owner.0)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        found.iter().map(link).collect()
    }

    async fn shared_among(&self, owner: &UserId, nodes: &[NodeId]) -> Result<HashSet<NodeId>> {
        let (owner, nodes) = (owner.clone(), nodes.to_vec());
        self.quick.page(move |snapshot| shared(snapshot, &owner, nodes)).await
    }

    async fn end_link(&self, owner: &UserId, slug: &Slug) -> Result<StoredLink> {
        let mut tx = self.change(owner).await?;
        let before = own(&mut tx, owner, slug).await?;
        if before.ended_at.is_some() {
            return Ok(before);
        }
        let mut asked_for = before.clone();
        for living in living_links(&mut tx, before.node, -1).await? {
            let revision = revisions::next(&mut tx).await?;
            let ended = StoredLink { ended_at: Some(Timestamp::now()), revision, ..living };
            sqlx::query("UPDATE links SET ended_at = ?2, revision = ?3 WHERE slug = ?1")
                .bind(ended.slug.as_str())
                .bind(ended.ended_at.map(Timestamp::as_millis))
                .bind(rows::integer(revision.0))
                .execute(&mut *tx)
                .await?;
            if ended.slug == *slug {
                asked_for = ended;
            }
        }
        tx.commit().await?;
        Ok(asked_for)
    }

    async fn list_link(
        &self,
        owner: &UserId,
        slug: &Slug,
        listed: bool,
        if_match: Option<Revision>,
    ) -> Result<StoredLink> {
        let mut tx = self.change(owner).await?;
        let before = own(&mut tx, owner, slug).await?;
        if if_match.is_some_and(|known| known != before.revision) {
            return Err(MetadataError::Stale { current: before.revision });
        }
        if before.ended_at.is_some() {
            return Err(MetadataError::LinkEnded);
        }
        if listed && !tree::lives(&mut tx, before.node).await? {
            return Err(MetadataError::NotFound);
        }
        let name = tree::node(&mut tx, owner, before.node).await?.name;
        let mut asked_for = before.clone();
        for living in living_links(&mut tx, before.node, -1).await? {
            if living.listed == listed {
                continue;
            }
            let revision = revisions::next(&mut tx).await?;
            set_listed(&mut tx, &living.slug, revision, listed.then_some(&name)).await?;
            if living.slug == *slug {
                asked_for = StoredLink { listed, revision, ..living };
            }
        }
        tx.commit().await?;
        Ok(asked_for)
    }

    async fn open_link(&self, slug: &Slug) -> Result<OpenedLink> {
        self.quick.snapshot_now(|snapshot| open(snapshot, slug)).await
    }

    async fn count_view(&self, slug: &Slug) -> Result<()> {
        sqlx::query("UPDATE links SET views = views + 1 WHERE slug = ?1")
            .bind(slug.as_str())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn count_download(&self, slug: &Slug) -> Result<()> {
        sqlx::query("UPDATE links SET downloads = downloads + 1 WHERE slug = ?1")
            .bind(slug.as_str())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

fn shared(snapshot: &rusqlite::Connection, owner: &UserId, nodes: Vec<NodeId>) -> Result<HashSet<NodeId>> {
    let mut any = reader::statement(
        snapshot,
        "SELECT EXISTS (SELECT 1 FROM links WHERE owner = ?1 AND ended_at IS NULL)",
    )?;
    let mut shared = HashSet::new();
    if !any.query_row([&owner.0], |row| row.get::<_, bool>(0))? {
        return Ok(shared);
    }
    let mut statement = reader::statement(
        snapshot,
        "SELECT kind = ?3 OR EXISTS (SELECT 1 FROM links WHERE node = ?1 AND ended_at IS NULL) \
         FROM nodes WHERE id = ?1 AND owner = ?2",
    )?;
    let folder = kind(NodeKind::Folder);
    for node in nodes {
        let mut found = statement.query((node.0.as_bytes(), &owner.0, folder))?;
        if found.next()?.is_some_and(|row| row.get(0).unwrap_or_default()) {
            shared.insert(node);
        }
    }
    Ok(shared)
}

/// A few rows of the node, and one for each folder above it.
fn open(snapshot: &rusqlite::Connection, slug: &Slug) -> Result<OpenedLink> {
    let mut statement = reader::statement(snapshot, OF_SLUG)?;
    let mut found = statement.query([slug.as_str()])?;
    let link = reader::link(found.next()?.ok_or(MetadataError::NotFound)?)?;
    if link.ended_at.is_some() || !tree::lives_now(snapshot, link.node)? {
        return Ok(OpenedLink::Ended);
    }
    let mut statement = reader::statement(snapshot, rows::NODE_WITH_VERSION)?;
    let mut found = statement.query([link.node.0.as_bytes()])?;
    let Some(row) = found.next()? else { return Ok(OpenedLink::Ended) };
    let node = reader::node(row)?;
    let Some(content) = node.content.clone() else { return Ok(OpenedLink::Ended) };
    let version = StoredVersion {
        content,
        source_modified_at: reader::maybe_time(row, 15)?,
        object_key: reader::text(row, 16)?.to_owned(),
    };
    // Who has no name is called by their e-mail address among themselves, and by nothing in public.
    let name = "SELECT CASE WHEN name IS email THEN '' ELSE name END FROM users WHERE id = ?1";
    let owner_name = reader::statement(snapshot, name)?.query_row([&link.owner.0], |row| row.get(0))?;
    Ok(OpenedLink::File {
        link: Box::new(link),
        node: Box::new(node),
        version: Box::new(version),
        owner_name,
    })
}

async fn own(connection: &mut Connection, owner: &UserId, slug: &Slug) -> Result<StoredLink> {
    by_slug(connection, slug).await?.filter(|link| &link.owner == owner).ok_or(MetadataError::NotFound)
}

async fn by_slug(connection: &mut Connection, slug: &Slug) -> Result<Option<StoredLink>> {
    let row = sqlx::query("SELECT * FROM links WHERE slug = ?1")
        .bind(slug.as_str())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(link).transpose()
}

/// The oldest first: that is the one that people get to see. All of them where the limit is negative.
async fn living_links(connection: &mut Connection, node: NodeId, at_most: i64) -> Result<Vec<StoredLink>> {
    let found = sqlx::query(
        "SELECT * FROM links WHERE node = ?1 AND ended_at IS NULL ORDER BY created_at, slug LIMIT ?2",
    )
    .bind(rows::key(node.0))
    .bind(at_most)
    .fetch_all(connection)
    .await?;
    found.iter().map(link).collect()
}

/// Lists a link under its file's name, or takes it out.
async fn set_listed(
    tx: &mut Mutation<'_>,
    slug: &Slug,
    revision: Revision,
    name: Option<&NodeName>,
) -> Result<()> {
    sqlx::query("UPDATE links SET listed_at = ?2, listed_name = ?3, revision = ?4 WHERE slug = ?1")
        .bind(slug.as_str())
        .bind(name.map(|_| Timestamp::now().as_millis()))
        .bind(name.map(names::searched))
        .bind(rows::integer(revision.0))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The catalogue finds a file by the name that it has now.
pub(super) async fn follow_name(tx: &mut Connection, node: NodeId, name: &NodeName) -> Result<()> {
    sqlx::query(
        "UPDATE links SET listed_name = ?2 WHERE node = ?1 AND ended_at IS NULL AND +listed_at IS NOT NULL",
    )
    .bind(rows::key(node.0))
    .bind(names::searched(name))
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) fn link(row: &SqliteRow) -> Result<StoredLink> {
    Ok(StoredLink {
        slug: row.try_get::<String, _>("slug")?.parse().map_err(rows::unreadable)?,
        owner: UserId(row.try_get("owner")?),
        node: NodeId(rows::uuid(row, "node")?),
        created_at: rows::time(row, "created_at")?,
        ended_at: rows::maybe_time(row, "ended_at")?,
        views: rows::count(row, "views")?,
        downloads: rows::count(row, "downloads")?,
        listed: rows::maybe_time(row, "listed_at")?.is_some(),
        revision: Revision(rows::count(row, "revision")?),
    })
}
