//! The edits that wait, one after the other, and what becomes of them.

use notespot_protocol::window::EditCounts;
use notespot_protocol::{Node, NodeId, NodeName, PublicLink, Revision, Slug};
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};

use super::super::writer::{Base, Writer};
use super::super::{Library, LibraryError, rows};
use super::{Conflict, Edit, EditId, SEEN, What};

/// An edit whose turn it is.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) id: EditId,
    pub(crate) node: NodeId,
    pub(crate) edit: Edit,
    /// What the server has, as last heard; `None` where it has nothing yet.
    pub(crate) base: Option<Node>,
    /// Whether that is what the person saw, but for the edits before this one.
    pub(crate) base_was_seen: bool,
}

/// An edit that the server has, with what it answered: that is what it has now.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) id: EditId,
    pub(crate) node: Option<Node>,
    pub(crate) link: Option<PublicLink>,
}

impl Answered {
    /// Nothing had to be said.
    pub(crate) fn nothing(id: EditId) -> Self {
        Self { id, node: None, link: None }
    }
}

/// What an edit gave a node here: the next edit of that kind began from it.
enum Gave<'a> {
    Name(&'a NodeName),
    Place(Option<NodeId>),
}

impl Library {
    /// The first edit behind `after` that waits for nobody.
    pub(crate) async fn next_edit(&self, after: EditId) -> Result<Option<Waiting>, LibraryError> {
        Ok(self.next_edits(after, 1).await?.pop())
    }

    /// The first edits behind `after` that wait for nobody, `at_most` so many. Those of a node on which an earlier one
    /// waits for the person wait with it, and those of a node that a fill has not brought back yet wait for that.
    ///
    /// Memory: about 1 KiB for each.
    pub(crate) async fn next_edits(&self, after: EditId, at_most: u32) -> Result<Vec<Waiting>, LibraryError> {
        self.database
            .read(move |connection| {
                let mut select = connection.prepare_cached(
                    "SELECT e.id, e.node, e.json, e.seen, n.base FROM edits e JOIN nodes n ON n.id = e.node \
                     WHERE e.id > ?1 AND n.base IS NOT NULL AND NOT EXISTS (SELECT 1 FROM edits b \
                     WHERE b.node = e.node AND b.id <= e.id AND b.conflict IS NOT NULL) ORDER BY e.id LIMIT ?2",
                )?;
                select.query_and_then((after, at_most), waiting)?.collect()
            })
            .await
    }

    /// The server has them.
    pub(crate) async fn edits_are_in(&self, answers: Vec<Answered>) -> Result<(), LibraryError> {
        self.change(move |writer| answers.into_iter().try_for_each(|answer| writer.edit_is_in(answer))).await
    }

    /// Whether a folder was made here and is not at the server yet.
    pub(crate) async fn is_unmade(&self, folder: NodeId) -> Result<bool, LibraryError> {
        self.database
            .read(move |connection| {
                let is_unmade = "SELECT EXISTS (SELECT 1 FROM nodes WHERE id = ?1 AND base = '')";
                Ok(connection.prepare_cached(is_unmade)?.query_row([rows::key(folder)], |row| row.get(0))?)
            })
            .await
    }

    /// Whether a folder that was made here waits for nothing but its turn to be made at the server.
    pub(crate) async fn waits_to_be_made(&self, folder: NodeId) -> Result<bool, LibraryError> {
        self.database
            .read(move |connection| {
                let waits = "SELECT EXISTS (SELECT 1 FROM nodes n JOIN edits e ON e.node = n.id \
                             WHERE n.id = ?1 AND n.base = '' AND e.conflict IS NULL)";
                Ok(connection.prepare_cached(waits)?.query_row([rows::key(folder)], |row| row.get(0))?)
            })
            .await
    }

    /// Whether something was done to one of these that waits for nothing but its turn.
    pub(crate) async fn has_to_send(&self, nodes: &[NodeId]) -> Result<bool, LibraryError> {
        let nodes = nodes.to_vec();
        self.database
            .read(move |connection| {
                let mut select = connection.prepare_cached(
                    "SELECT count(*) > 0 AND count(conflict) = 0 FROM edits WHERE node = ?1",
                )?;
                for node in nodes {
                    if select.query_row([rows::key(node)], |row| row.get(0))? {
                        return Ok(true);
                    }
                }
                Ok(false)
            })
            .await
    }

    /// It waits for the person from now on.
    pub(crate) async fn set_conflict(&self, id: EditId, conflict: Conflict) -> Result<(), LibraryError> {
        self.change(move |writer| writer.set_conflict(id, &conflict)).await
    }
}

/// What waits.
pub(in super::super) fn count(connection: &Connection) -> Result<EditCounts, LibraryError> {
    let mut select = connection.prepare_cached("SELECT count(*), count(conflict) FROM edits")?;
    let counts =
        select.query_row([], |row| Ok(EditCounts { waiting: row.get(0)?, conflicts: row.get(1)? }))?;
    Ok(counts)
}

fn waiting(row: &Row<'_>) -> Result<Waiting, LibraryError> {
    let base = row.get_ref(4)?.as_str_or_null().map_err(rows::unreadable)?;
    let base: Option<Node> = base.filter(|json| !json.is_empty()).map(rows::from_json).transpose()?;
    let seen: i64 = row.get(3)?;
    Ok(Waiting {
        id: row.get(0)?,
        node: NodeId(rows::uuid(row.get_ref(1)?)?),
        edit: rows::from_json(rows::text(row.get_ref(2)?)?)?,
        base_was_seen: base.as_ref().is_none_or(|base| !super::is_unseen(base.revision, seen)),
        base,
    })
}

impl Writer<'_> {
    fn edit_is_in(&mut self, Answered { id, node, link }: Answered) -> Result<(), LibraryError> {
        let Some((of, edit)) = self.take_edit(id)? else { return Ok(()) };
        if edit.what == What::Delete {
            return self.await_tombstone(of);
        }
        let known = self.base(of)?;
        if let Some(node) = &node {
            self.carry_on(&edit, known.as_ref(), node)?;
        }
        let base = match (node, known) {
            (Some(node), Some(Base::Node(known))) if known.revision > node.revision => Base::Node(known),
            (Some(node), _) => Base::Node(Box::new(node)),
            (None, Some(base)) => base,
            (None, None) => return Ok(()),
        };
        if let Some(link) = link {
            self.put_link(&link)?;
            if let What::MakeLink { slug } = &edit.what
                && *slug != link.slug
            {
                self.forget_link(slug)?;
            }
        }
        self.show_listed(of)?;
        self.show(of, &base)
    }

    /// It was deleted for ever, and stays hidden until sync says so of it and of everything in it.
    fn await_tombstone(&mut self, node: NodeId) -> Result<(), LibraryError> {
        let let_go = "UPDATE nodes SET base = NULL WHERE id = ?1 AND hidden";
        self.tx.prepare_cached(let_go)?.execute([rows::key(node)])?;
        Ok(())
    }

    /// Takes an edit out of the file.
    pub(super) fn take_edit(&mut self, id: EditId) -> Result<Option<(NodeId, Edit)>, LibraryError> {
        let found = self
            .tx
            .prepare_cached("DELETE FROM edits WHERE id = ?1 RETURNING node, json")?
            .query_row([id], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, String>(1)?)))
            .optional()?;
        found
            .map(|(node, json)| Ok((NodeId(uuid::Uuid::from_bytes(node)), rows::from_json(&json)?)))
            .transpose()
    }

    /// What the server made of an edit is what the person has seen of the node now, and what later edits began from.
    fn carry_on(&mut self, edit: &Edit, known: Option<&Base>, node: &Node) -> Result<(), LibraryError> {
        let before = match known {
            Some(Base::Node(known)) => known.revision,
            _ => Revision::ZERO,
        };
        let values = (rows::key(node.id), rows::integer(node.revision.0), rows::integer(before.0));
        self.tx.prepare_cached(SEEN)?.execute(values)?;
        // The server may number a name, and restore to another place.
        let mut gave = Vec::with_capacity(2);
        match (&edit.what, known) {
            (What::MakeFolder { name, parent, .. }, _) => {
                gave.extend([Gave::Name(name), Gave::Place(*parent)]);
            }
            (What::Rename { to, .. }, _) => gave.push(Gave::Name(to)),
            (What::Move { to, .. }, _) => gave.push(Gave::Place(*to)),
            (What::Restore, Some(Base::Node(known))) => {
                gave.extend([Gave::Name(&known.name), Gave::Place(known.parent)]);
            }
            _ => {}
        }
        self.begin_from(node, gave)
    }

    /// The next edits that began from what an edit gave here begin from what the node has now.
    fn begin_from(&mut self, node: &Node, mut gave: Vec<Gave<'_>>) -> Result<(), LibraryError> {
        let mut select = self.tx.prepare_cached("SELECT id, json FROM edits WHERE node = ?1 ORDER BY id")?;
        let later: Vec<(EditId, Edit)> = select
            .query_and_then([rows::key(node.id)], |row| {
                Ok((row.get(0)?, rows::from_json(rows::text(row.get_ref(1)?)?)?))
            })?
            .collect::<Result<_, LibraryError>>()?;
        for (id, mut edit) in later {
            let of_its_kind = |gave: &Gave<'_>| match gave {
                Gave::Name(_) => matches!(edit.what, What::Rename { .. }),
                Gave::Place(_) => matches!(edit.what, What::Move { .. }),
            };
            let Some(place) = gave.iter().position(of_its_kind) else { continue };
            match (&mut edit.what, gave.remove(place)) {
                (What::Rename { from, .. }, Gave::Name(name)) if from == name => from.clone_from(&node.name),
                (What::Move { from, .. }, Gave::Place(parent)) if *from == parent => *from = node.parent,
                _ => continue,
            }
            self.tx
                .prepare_cached("UPDATE edits SET json = ?2 WHERE id = ?1")?
                .execute(params![id, rows::to_json(&edit)?])?;
        }
        Ok(())
    }

    /// Forgets an edit: what the server has is shown again. With the making of a folder goes all that was done to it.
    pub(super) fn drop_edit(&mut self, id: EditId) -> Result<(), LibraryError> {
        let Some((of, edit)) = self.take_edit(id)? else { return Ok(()) };
        let base = self.base(of)?;
        match (&edit.what, &base) {
            (What::MakeFolder { .. }, Some(Base::Unmade)) => {
                self.tx.prepare_cached("DELETE FROM edits WHERE node = ?1")?.execute([rows::key(of)])?;
            }
            (What::MakeLink { slug }, _) => {
                self.forget_link(slug)?;
                // What was to be listed is no link.
                self.tx
                    .prepare_cached(
                        "DELETE FROM edits WHERE node = ?1 AND json ->> 'kind' = 'list' AND json ->> 'slug' = ?2",
                    )?
                    .execute((rows::key(of), slug.as_str()))?;
            }
            // Only what is in the trash is deleted for ever.
            (What::Trash, _) => self.forget_deletion(of)?,
            (What::EndLink { slug }, _) => self.show_link_again(slug, of)?,
            (What::List { .. }, _) => self.show_listed(of)?,
            (What::Rename { to, .. }, Some(Base::Node(node))) => {
                self.begin_from(node, vec![Gave::Name(to)])?;
            }
            (What::Move { to, .. }, Some(Base::Node(node))) => {
                self.begin_from(node, vec![Gave::Place(*to)])?;
            }
            _ => {}
        }
        match base {
            Some(base) => self.show(of, &base),
            None => Ok(()),
        }
    }

    pub(super) fn set_conflict(&mut self, id: EditId, conflict: &Conflict) -> Result<(), LibraryError> {
        self.tx
            .prepare_cached("UPDATE edits SET conflict = ?2 WHERE id = ?1")?
            .execute(params![id, rows::to_json(conflict)?])?;
        Ok(())
    }

    /// A node was deleted for ever elsewhere. What waits to be done to it has lost its object, and says so.
    pub(in super::super) fn node_deleted_there(&mut self, id: NodeId) -> Result<bool, LibraryError> {
        self.lose_edits("node = ?1", [rows::key(id)])?;
        self.delete_node(id)
    }

    /// The nodes of these edits were deleted for ever elsewhere.
    pub(in super::super) fn lose_edits(
        &mut self,
        condition: &str,
        values: impl Params,
    ) -> Result<(), LibraryError> {
        let mut select = self.tx.prepare_cached(&format!("SELECT id, json FROM edits WHERE {condition}"))?;
        let edits: Vec<(EditId, Edit)> = select
            .query_and_then(values, |row| Ok((row.get(0)?, rows::from_json(rows::text(row.get_ref(1)?)?)?)))?
            .collect::<Result<_, LibraryError>>()?;
        for (id, edit) in edits {
            if edit.what.is_over() {
                // That is as good as done.
                self.take_edit(id)?;
            } else {
                self.set_conflict(id, &Conflict::DeletedThere)?;
            }
        }
        Ok(())
    }

    fn forget_deletion(&mut self, node: NodeId) -> Result<(), LibraryError> {
        let forget = "DELETE FROM edits WHERE node = ?1 AND json_extract(json, '$.kind') = 'delete'";
        self.tx.prepare_cached(forget)?.execute([rows::key(node)])?;
        Ok(())
    }

    /// A link that the server will not make.
    fn forget_link(&mut self, slug: &Slug) -> Result<(), LibraryError> {
        let node = self
            .tx
            .prepare_cached("DELETE FROM links WHERE slug = ?1 AND revision = 0 RETURNING node")?
            .query_row([slug.as_str()], |row| row.get::<_, [u8; 16]>(0))
            .optional()?;
        match node {
            Some(node) => self.links_changed(NodeId(uuid::Uuid::from_bytes(node))),
            None => Ok(()),
        }
    }

    /// A link that is not ended after all, as far as is known here: its next change says how it stands.
    fn show_link_again(&mut self, slug: &Slug, node: NodeId) -> Result<(), LibraryError> {
        self.tx
            .prepare_cached(
                "UPDATE links SET ended_at = NULL, revision = max(revision - 1, 1) WHERE slug = ?1",
            )?
            .execute([slug.as_str()])?;
        self.links_changed(node)
    }
}
