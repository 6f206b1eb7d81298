//! Writing nodes and links, and noting what the index has to take in.

use notespot_protocol::{Node, NodeId, PublicLink, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::collation::Collation;
use super::edits::{Edit, SEEN, What};
use super::index::{Number, OwnedFacts, Touch};
use super::{LibraryError, overlay, rows};

/// Puts a node in the place of what is known of it. Written for every node of a first fill: no text is put together.
macro_rules! put_node {
    ($only:literal) => {
        concat!(
            "INSERT INTO nodes (id, parent, kind, name, sort_key, description, tags, version, size, content_type, \
             sha256, uploaded_at, created_at, modified_at, trashed_at, revision, base, hidden) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) \
             ON CONFLICT (id) DO UPDATE SET parent = ?2, kind = ?3, name = ?4, sort_key = ?5, description = ?6, \
             tags = ?7, version = ?8, size = ?9, content_type = ?10, sha256 = ?11, uploaded_at = ?12, \
             created_at = ?13, modified_at = ?14, trashed_at = ?15, revision = ?16, base = ?17, hidden = ?18",
            $only,
            " RETURNING number"
        )
    };
}

const PUT: &str = put_node!("");
const PUT_NEWER: &str = put_node!(" WHERE excluded.revision > nodes.revision");

/// Writes within one transaction.
pub(super) struct Writer<'a> {
    pub(super) tx: &'a Transaction<'a>,
    pub(super) collation: &'a Collation,
    pub(super) touched: &'a mut Vec<Touch>,
    /// No edit waits, and none is made in this transaction: nobody has to look for those of each node.
    pub(super) nothing_waits: bool,
}

/// What the server has of a node on which edits wait.
pub(super) enum Base {
    /// Nothing: it waits to be made.
    Unmade,
    /// This.
    Node(Box<Node>),
}

impl Writer<'_> {
    /// Takes in a node as the server has it. One that is no newer than what is known changes nothing.
    pub(super) fn put_node(&mut self, node: Node) -> Result<bool, LibraryError> {
        let edits = self.edits_of(node.id)?;
        if edits.is_empty() {
            return self.write(node, None, false, PUT_NEWER);
        }
        let is_newer = match self.base(node.id)? {
            // Nothing, or it was forgotten for a fill.
            None | Some(Base::Unmade) => true,
            Some(Base::Node(known)) => {
                let is_newer = node.revision > known.revision;
                if is_newer && overlay::makes(&known, &edits, &node) {
                    // It was sent, and the answer did not come back.
                    self.was_seen(&known, &node)?;
                }
                is_newer
            }
        };
        if is_newer {
            self.show(node.id, &Base::Node(Box::new(node)))?;
        }
        Ok(is_newer)
    }

    /// Later edits of a node know what it has become since it was what was known of it.
    fn was_seen(&self, known: &Node, node: &Node) -> Result<(), LibraryError> {
        let values = (rows::key(node.id), rows::integer(node.revision.0), rows::integer(known.revision.0));
        self.tx.prepare_cached(SEEN)?.execute(values)?;
        Ok(())
    }

    /// Shows a node as it is with its edits.
    pub(super) fn show(&mut self, id: NodeId, base: &Base) -> Result<(), LibraryError> {
        let edits = self.edits_of(id)?;
        let known = match base {
            Base::Unmade => None,
            Base::Node(node) => Some((**node).clone()),
        };
        let stored = match (&known, edits.is_empty()) {
            (_, true) => None,
            (None, false) => Some(String::new()),
            (Some(node), false) => Some(rows::to_json(node)?),
        };
        match overlay::shown(id, known, &edits) {
            Some(node) => drop(self.write(node, stored.as_deref(), overlay::is_hidden(&edits), PUT)?),
            None => drop(self.delete_node(id)?),
        }
        Ok(())
    }

    /// What the server has, where edits wait.
    pub(super) fn base(&self, id: NodeId) -> Result<Option<Base>, LibraryError> {
        let stored: Option<Option<String>> = self
            .tx
            .prepare_cached("SELECT base FROM nodes WHERE id = ?1 AND base IS NOT NULL")?
            .query_row([rows::key(id)], |row| row.get(0))
            .optional()?;
        Ok(match stored.flatten().as_deref() {
            None => None,
            Some("") => Some(Base::Unmade),
            Some(json) => Some(Base::Node(Box::new(rows::from_json(json)?))),
        })
    }

    /// A node as it is shown; `None` where it is not, or not any more.
    pub(super) fn node(&self, id: NodeId) -> Result<Option<Node>, LibraryError> {
        let mut select = self.tx.prepare_cached(&format!(
            "SELECT {} FROM nodes n WHERE n.id = ?1 AND NOT n.hidden",
            rows::NODE
        ))?;
        select.query_and_then([rows::key(id)], rows::node)?.next().transpose()
    }

    pub(super) fn edits_of(&self, id: NodeId) -> Result<Vec<Edit>, LibraryError> {
        if self.nothing_waits {
            return Ok(Vec::new());
        }
        let mut select = self.tx.prepare_cached("SELECT json FROM edits WHERE node = ?1 ORDER BY id")?;
        select.query_and_then([rows::key(id)], |row| rows::from_json(rows::text(row.get_ref(0)?)?))?.collect()
    }

    /// `put`: [`PUT`] or [`PUT_NEWER`].
    fn write(
        &mut self,
        node: Node,
        base: Option<&str>,
        is_hidden: bool,
        put: &str,
    ) -> Result<bool, LibraryError> {
        let key = self.collation.key(node.name.as_str());
        let content = node.content.as_ref();
        let number: Option<Number> = self
            .tx
            .prepare_cached(put)?
            .query_row(
                params![
                    rows::key(node.id),
                    node.parent.map(rows::key),
                    rows::kind(node.kind),
                    node.name.as_str(),
                    key,
                    node.description,
                    rows::stored_tags(&node.tags)?,
                    content.map(|content| content.version.0.into_bytes()),
                    content.map(|content| rows::integer(content.size.get())),
                    content.map(|content| &content.content_type),
                    content.map(|content| content.sha256.as_bytes()),
                    content.map(|content| content.uploaded_at.as_millis()),
                    node.created_at.as_millis(),
                    node.modified_at.as_millis(),
                    node.trashed_at.map(Timestamp::as_millis),
                    rows::integer(node.revision.0),
                    base,
                    is_hidden,
                ],
                |row| row.get(0),
            )
            .optional()?;
        let Some(number) = number else { return Ok(false) };
        // Its link may have come before it.
        let views = self.views(node.id)?;
        self.touched.push(Touch::Put { facts: Box::new(OwnedFacts { number, node, is_hidden }), key });
        self.touched.push(Touch::Linked(number, views));
        Ok(true)
    }

    pub(super) fn delete_node(&mut self, id: NodeId) -> Result<bool, LibraryError> {
        let number: Option<Number> = self
            .tx
            .prepare_cached("DELETE FROM nodes WHERE id = ?1 RETURNING number")?
            .query_row([rows::key(id)], |row| row.get(0))
            .optional()?;
        self.tx.prepare_cached("DELETE FROM links WHERE node = ?1")?.execute([rows::key(id)])?;
        self.touched.extend(number.map(Touch::Gone));
        Ok(number.is_some())
    }

    /// Takes in a link: a newer revision, or the same one with newer counters. One that is being ended here stays
    /// ended.
    pub(super) fn put_link(&mut self, link: &PublicLink) -> Result<bool, LibraryError> {
        let edits = if link.ended_at.is_none() { self.edits_of(link.node)? } else { Vec::new() };
        let is_being_ended =
            edits.iter().any(|edit| matches!(&edit.what, What::EndLink { slug } if *slug == link.slug));
        let ended_at = if is_being_ended { Some(Timestamp::now()) } else { link.ended_at };
        let changed = self
            .tx
            .prepare_cached(
                "INSERT INTO links (slug, node, url, created_at, ended_at, views, downloads, revision, listed, listed_here) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                 ON CONFLICT (slug) DO UPDATE SET url = ?3, created_at = ?4, ended_at = ?5, views = ?6, downloads = ?7, \
                 revision = ?8, listed = ?9, listed_here = ?10 \
                 WHERE excluded.revision > links.revision OR (excluded.revision = links.revision \
                 AND (excluded.views, excluded.downloads) <> (links.views, links.downloads))",
            )?
            .execute(params![
                link.slug.as_str(),
                rows::key(link.node),
                link.url,
                link.created_at.as_millis(),
                ended_at.map(Timestamp::as_millis),
                rows::integer(link.views),
                rows::integer(link.downloads),
                rows::integer(link.revision.0),
                link.listed,
                listed_by(&edits),
            ])?;
        if changed > 0 {
            self.links_changed(link.node)?;
        }
        Ok(changed > 0)
    }

    /// Shows whether a node is listed by what waits, or else as the server has it.
    pub(super) fn show_listed(&mut self, node: NodeId) -> Result<(), LibraryError> {
        let listed_here = listed_by(&self.edits_of(node)?);
        self.tx
            .prepare_cached("UPDATE links SET listed_here = ?2 WHERE node = ?1 AND listed_here IS NOT ?2")?
            .execute(params![rows::key(node), listed_here])?;
        Ok(())
    }

    /// Notes how a node stands by its links now.
    pub(super) fn links_changed(&mut self, node: NodeId) -> Result<(), LibraryError> {
        let number: Option<Number> = self
            .tx
            .prepare_cached("SELECT number FROM nodes WHERE id = ?1")?
            .query_row([rows::key(node)], |row| row.get(0))
            .optional()?;
        if let Some(number) = number {
            let views = self.views(node)?;
            self.touched.push(Touch::Linked(number, views));
        }
        Ok(())
    }

    /// How often the page of a node's living link was opened; `None` where it has none.
    fn views(&self, node: NodeId) -> Result<Option<u64>, LibraryError> {
        let views: Option<i64> = self
            .tx
            .prepare_cached("SELECT max(views) FROM links WHERE node = ?1 AND ended_at IS NULL")?
            .query_row([rows::key(node)], |row| row.get(0))?;
        Ok(views.map(i64::unsigned_abs))
    }
}

/// Whether the last of the edits that wait lists the node; `None` where none does or takes it out.
fn listed_by(edits: &[Edit]) -> Option<bool> {
    edits.iter().rev().find_map(|edit| match edit.what {
        What::List { listed, .. } => Some(listed),
        _ => None,
    })
}
