//! Writing edits down, and showing them.

use notespot_protocol::window::WasIn;
use notespot_protocol::{ClientRef, Node, NodeId, NodeKind, NodeName, PublicLink, Revision, Slug, Timestamp};
use rusqlite::{Connection, params};

use super::super::writer::{Base, Writer};
use super::super::{Library, LibraryError, rows};
use super::{Edit, What};

/// Why something cannot be done here. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such node any more.
    NotHere,
    /// Another one in the same folder has this name.
    NameTaken,
    /// The folder that it should go to is gone, or no folder.
    PlaceGone,
    /// A folder cannot go into itself.
    IntoItself,
    /// Only what is in the trash is deleted for ever.
    NotInTrash,
    /// More characters than the server takes.
    DescriptionTooLong,
    /// More tags, or longer ones, than the server takes.
    TagsTooMany,
    /// Folders have no links.
    NoLinkForFolder,
    /// It has no link.
    NoLink,
    /// No address for links is known yet.
    NeverConnected,
    /// It is kept available offline with a folder above it.
    KeptWithFolder,
}

type Outcome<T> = Result<Result<T, Refusal>, LibraryError>;

/// What became of many: each was done or refused alone.
#[derive(Debug, Default)]
pub(crate) struct Each {
    /// Those that are another than before, and where they were.
    pub(crate) changed: Vec<WasIn>,
    /// Why the first of those that were refused was.
    pub(crate) refusal: Option<Refusal>,
}

/// A node before and after an edit.
struct Edited {
    before: Node,
    after: Node,
}

impl Library {
    /// Does what is asked for to a node here, and writes it down to be sent: on the disk, power loss included, when
    /// the call returns. `what` is told what the node is like. Gives the node as it is now.
    pub(crate) async fn edit(
        &self,
        id: NodeId,
        what: impl FnOnce(&Node) -> What + Send + 'static,
    ) -> Outcome<Node> {
        self.change(move |writer| Ok(writer.edit(id, what)?.map(|edited| edited.after))).await
    }

    /// The same to many, in one transaction.
    pub(crate) async fn edit_each(
        &self,
        ids: Vec<NodeId>,
        what: impl Fn(&Node) -> What + Send + 'static,
    ) -> Result<Each, LibraryError> {
        self.change(move |writer| {
            let mut each = Each::default();
            for id in ids {
                match writer.edit(id, &what)? {
                    Ok(Edited { before, after }) if before != after => {
                        each.changed.push(WasIn { id, folder: before.parent });
                    }
                    Ok(_) => {}
                    Err(refusal) => each.refusal = each.refusal.or(Some(refusal)),
                }
            }
            Ok(each)
        })
        .await
    }

    /// Makes a folder here, with an id of our own; numbered where the name is taken.
    pub(crate) async fn make_folder(&self, parent: Option<NodeId>, name: NodeName) -> Outcome<Node> {
        self.change(move |writer| {
            if !writer.is_place(parent)? {
                return Ok(Err(Refusal::PlaceGone));
            }
            let mut free = name.clone();
            let mut number = 2;
            while writer.has_name(parent, &free, None)? {
                free = name.numbered(number);
                number += 1;
            }
            let id = NodeId::generate();
            let client_ref = ClientRef::generate();
            let edit = Edit::now(What::MakeFolder { client_ref, parent, name: free });
            writer.write_edit(id, &name, Revision::ZERO, &edit)?;
            writer.show(id, &Base::Unmade)?;
            Ok(writer.node(id)?.ok_or(Refusal::NotHere))
        })
        .await
    }

    /// The living link of a file, or a new one whose slug is made here.
    pub(crate) async fn make_link(&self, id: NodeId) -> Outcome<PublicLink> {
        self.change(move |writer| {
            let Some(node) = writer.node(id)? else { return Ok(Err(Refusal::NotHere)) };
            if node.kind == NodeKind::Folder {
                return Ok(Err(Refusal::NoLinkForFolder));
            }
            if node.trashed_at.is_some() || !writer.is_place(node.parent)? {
                return Ok(Err(Refusal::NotHere));
            }
            if let Some(link) = writer.living_link(id)? {
                return Ok(Ok(link));
            }
            let Some(links_at) = links_at(writer.tx)? else { return Ok(Err(Refusal::NeverConnected)) };
            let slug = Slug::generate();
            let link = PublicLink {
                url: format!("{links_at}/s/{slug}"),
                slug: slug.clone(),
                node: id,
                created_at: Timestamp::now(),
                ended_at: None,
                views: 0,
                downloads: 0,
                listed: false,
                revision: Revision::ZERO,
            };
            writer.put_link(&link)?;
            writer.add_edit(&node, &Edit::now(What::MakeLink { slug }))?;
            Ok(Ok(link))
        })
        .await
    }

    /// Ends the living link of a file.
    pub(crate) async fn end_link(&self, id: NodeId) -> Outcome<()> {
        self.change(move |writer| {
            let Some(node) = writer.node(id)? else { return Ok(Err(Refusal::NotHere)) };
            let Some(link) = writer.living_link(id)? else { return Ok(Err(Refusal::NoLink)) };
            writer.add_edit(&node, &Edit::now(What::EndLink { slug: link.slug.clone() }))?;
            writer.end_links_here(id)?;
            Ok(Ok(()))
        })
        .await
    }

    /// Lists a file that has a public link in the catalogue, or takes it out.
    pub(crate) async fn list_link(&self, id: NodeId, listed: bool) -> Outcome<PublicLink> {
        self.change(move |writer| {
            let Some(node) = writer.node(id)? else { return Ok(Err(Refusal::NotHere)) };
            let Some(link) = writer.living_link(id)? else { return Ok(Err(Refusal::NoLink)) };
            if link.listed == listed {
                return Ok(Ok(link));
            }
            if listed && (node.trashed_at.is_some() || !writer.is_place(node.parent)?) {
                return Ok(Err(Refusal::NotHere));
            }
            writer.add_edit(&node, &Edit::now(What::List { slug: link.slug.clone(), listed }))?;
            writer.show_listed(id)?;
            Ok(Ok(PublicLink { listed, ..link }))
        })
        .await
    }

    /// The address that public links begin with, once it is known.
    pub(crate) async fn links_at(&self) -> Result<Option<String>, LibraryError> {
        self.database.read(links_at).await
    }

    /// Notes the address that public links begin with.
    pub(crate) async fn set_links_at(&self, address: String) -> Result<(), LibraryError> {
        self.change(move |writer| {
            writer.tx.execute("UPDATE progress SET links_at = ?1", [address])?;
            Ok(())
        })
        .await
    }
}

impl Writer<'_> {
    fn edit(&mut self, id: NodeId, what: impl FnOnce(&Node) -> What) -> Outcome<Edited> {
        let Some(before) = self.node(id)? else { return Ok(Err(Refusal::NotHere)) };
        let what = what(&before);
        if let Some(refusal) = self.refuses(&before, &what)? {
            return Ok(Err(refusal));
        }
        if is_done(&before, &what) {
            return Ok(Ok(Edited { after: before.clone(), before }));
        }
        self.add_edit(&before, &Edit::now(what))?;
        // What was deleted for ever is not here any more.
        let after = self.node(id)?;
        Ok(Ok(Edited { after: after.unwrap_or_else(|| before.clone()), before }))
    }

    /// Writes an edit of a node that is here down, and shows it.
    pub(super) fn add_edit(&mut self, node: &Node, edit: &Edit) -> Result<(), LibraryError> {
        let base = match self.base(node.id)? {
            Some(base) => base,
            None => Base::Node(Box::new(node.clone())),
        };
        let seen = match &base {
            Base::Unmade => Revision::ZERO,
            Base::Node(node) => node.revision,
        };
        self.write_edit(node.id, &node.name, seen, edit)?;
        self.show(node.id, &base)
    }

    pub(super) fn write_edit(
        &mut self,
        node: NodeId,
        name: &NodeName,
        seen: Revision,
        edit: &Edit,
    ) -> Result<(), LibraryError> {
        self.tx
            .prepare_cached("INSERT INTO edits (node, name, seen, json) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![rows::key(node), name.as_str(), rows::integer(seen.0), rows::to_json(edit)?])?;
        Ok(())
    }

    /// Why the server would refuse it, as far as that is known here.
    fn refuses(&self, node: &Node, what: &What) -> Result<Option<Refusal>, LibraryError> {
        Ok(match what {
            What::Rename { to, .. } if self.has_name(node.parent, to, Some(node.id))? => {
                Some(Refusal::NameTaken)
            }
            What::Move { to, .. } if !self.is_place(*to)? => Some(Refusal::PlaceGone),
            What::Move { to: Some(folder), .. } if self.is_inside(*folder, node.id)? => {
                Some(Refusal::IntoItself)
            }
            What::Move { to, .. } if self.has_name(*to, &node.name, Some(node.id))? => {
                Some(Refusal::NameTaken)
            }
            What::Delete if node.trashed_at.is_none() => Some(Refusal::NotInTrash),
            _ => None,
        })
    }

    /// Whether a sibling that is not in the trash has the name, in any of its Unicode forms.
    fn has_name(
        &self,
        parent: Option<NodeId>,
        name: &NodeName,
        except: Option<NodeId>,
    ) -> Result<bool, LibraryError> {
        // Names of one Unicode form have one key: few others do.
        let mut select = self.tx.prepare_cached(
            "SELECT name FROM nodes WHERE parent IS ?1 AND sort_key = ?2 AND trashed_at IS NULL AND id IS NOT ?3",
        )?;
        let key = self.collation.key(name.as_str());
        let values = params![parent.map(rows::key), key, except.map(rows::key)];
        for other in select.query_map(values, |row| row.get::<_, String>(0))? {
            let other = NodeName::new(other?).map_err(rows::unreadable)?;
            if other.unique_key() == name.unique_key() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether it is a folder that lives, or the top level.
    fn is_place(&self, folder: Option<NodeId>) -> Result<bool, LibraryError> {
        let up = self.up_from(folder)?;
        let lives = |node: &Node| node.kind == NodeKind::Folder && node.trashed_at.is_none();
        // The way up ends at the top level, and not at a folder that is not here.
        Ok(up.iter().all(lives) && (folder.is_none() || up.last().is_some_and(|node| node.parent.is_none())))
    }

    fn is_inside(&self, folder: NodeId, node: NodeId) -> Result<bool, LibraryError> {
        Ok(self.up_from(Some(folder))?.iter().any(|above| above.id == node))
    }

    /// A folder and those above it. Ends where a page of changes shows folders in each other for a moment.
    fn up_from(&self, folder: Option<NodeId>) -> Result<Vec<Node>, LibraryError> {
        let mut up: Vec<Node> = Vec::new();
        let mut next = folder;
        while let Some(id) = next {
            let Some(node) = self.node(id)?.filter(|node| up.iter().all(|known| known.id != node.id)) else {
                break;
            };
            next = node.parent;
            up.push(node);
        }
        Ok(up)
    }

    fn living_link(&self, node: NodeId) -> Result<Option<PublicLink>, LibraryError> {
        let select = format!(
            "SELECT {} FROM links l WHERE l.node = ?1 AND l.ended_at IS NULL ORDER BY l.created_at, l.slug LIMIT 1",
            rows::LINK
        );
        let mut select = self.tx.prepare_cached(&select)?;
        let found = select.query_and_then([rows::key(node)], |row| rows::link(row, 0))?.next().transpose()?;
        Ok(found.flatten())
    }

    /// Shows the links of a file as ended, before the server has ended them.
    fn end_links_here(&mut self, node: NodeId) -> Result<(), LibraryError> {
        self.tx
            .prepare_cached("UPDATE links SET ended_at = ?2 WHERE node = ?1 AND ended_at IS NULL")?
            .execute((rows::key(node), Timestamp::now().as_millis()))?;
        self.links_changed(node)
    }
}

fn links_at(connection: &Connection) -> Result<Option<String>, LibraryError> {
    Ok(connection.query_row("SELECT links_at FROM progress", [], |row| row.get(0))?)
}

fn is_done(node: &Node, what: &What) -> bool {
    match what {
        What::Rename { to, .. } => node.name == *to,
        What::Move { to, .. } => node.parent == *to,
        What::Describe { to, .. } => node.description == *to,
        What::Tag { to, .. } => node.tags == *to,
        What::Trash => node.trashed_at.is_some(),
        What::Restore => node.trashed_at.is_none(),
        What::Delete
        | What::MakeFolder { .. }
        | What::MakeLink { .. }
        | What::EndLink { .. }
        | What::List { .. } => false,
    }
}
