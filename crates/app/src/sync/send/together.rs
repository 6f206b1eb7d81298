//! Sending what was done to many things in few calls: each item is done or refused alone, in its order.

use std::collections::{HashSet, VecDeque};

use notespot_client::ClientError;
use notespot_protocol::{BATCH_MAX, ErrorCode, Node, NodeAt, NodeEdit, NodeId, Problem, Revision};

use super::super::server::SyncServer;
use super::Sending;
use super::decide::{Decision, decide, patch_of};
use super::one::is_passing;
use crate::AppError;
use crate::library::edits::{Answered, Waiting, What};

/// Of texts in one call: the server reads 4 MiB, and a character takes up to 12 bytes of JSON.
const TEXT_BYTES_MAX: usize = 256 * 1024;
/// When so many were changed elsewhere, asking for each of them takes longer than fetching all changes.
const BEHIND_MAX: usize = 8;

/// How edits go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The server has them: nothing goes.
    IsThere,
    Edit,
    Trash,
    Restore,
    Delete,
}

/// How an edit may go with others; `None` where it goes alone.
pub(super) fn way_of(waiting: &Waiting) -> Option<Way> {
    match (decide(waiting), &waiting.base, &waiting.edit.what) {
        (Decision::IsThere, ..) => Some(Way::IsThere),
        (Decision::Send, Some(_), What::Trash) => Some(Way::Trash),
        (Decision::Send, Some(_), What::Restore) => Some(Way::Restore),
        (Decision::Send, Some(_), What::Delete) => Some(Way::Delete),
        (
            Decision::Send,
            Some(_),
            What::Rename { .. } | What::Move { .. } | What::Describe { .. } | What::Tag { .. },
        ) => Some(Way::Edit),
        _ => None,
    }
}

/// An edit with those that follow it and go the same way. Each node is in it once: what comes second has to know what
/// came of the first.
pub(super) fn gather(
    way: Way,
    first: Waiting,
    read: &mut VecDeque<Waiting>,
    is_free: impl Fn(NodeId) -> bool,
) -> Vec<Waiting> {
    let mut nodes = HashSet::from([first.node]);
    let mut bytes = text_bytes(&first.edit.what);
    let mut group = vec![first];
    while group.len() < BATCH_MAX {
        let fits = |next: &mut Waiting| {
            bytes += text_bytes(&next.edit.what);
            bytes <= TEXT_BYTES_MAX
                && way_of(next) == Some(way)
                && is_free(next.node)
                && nodes.insert(next.node)
        };
        match read.pop_front_if(fits) {
            Some(next) => group.push(next),
            None => break,
        }
    }
    group
}

fn text_bytes(what: &What) -> usize {
    match what {
        What::Describe { to, .. } => to.len(),
        What::Tag { to, .. } => to.iter().map(String::len).sum(),
        _ => 0,
    }
}

impl<S: SyncServer> Sending<'_, S> {
    pub(super) async fn send_together(&mut self, way: Way, group: Vec<Waiting>) -> Result<(), AppError> {
        let outcomes = match self.ask_together(way, &group).await {
            Ok(outcomes) => outcomes,
            // Not the items were refused but their call: they are sent one by one.
            Err(ClientError::Refused(problem)) if !is_passing(problem.code) => {
                return self.send_each(group).await;
            }
            Err(error) => return Err(error.into()),
        };
        let mut answered = Vec::with_capacity(group.len());
        let mut again = Vec::new();
        let (mut behind, mut passing) = (0, None);
        for (edit, outcome) in group.into_iter().zip(outcomes) {
            match outcome {
                Ok(node) => answered.push(Answered { id: edit.id, node, link: None }),
                Err(problem) if problem.code == ErrorCode::NotFound && edit.edit.what.is_over() => {
                    answered.push(Answered::nothing(edit.id));
                }
                Err(problem) if is_passing(problem.code) => passing = passing.or(Some(problem)),
                Err(problem) => {
                    behind += usize::from(problem.code == ErrorCode::StaleRevision);
                    again.push(edit);
                }
            }
        }
        if !answered.is_empty() {
            self.library.edits_are_in(answered).await?;
        }
        if let Some(problem) = passing {
            return Err(ClientError::Refused(Box::new(problem)).into());
        }
        if behind > BEHIND_MAX && !self.has_fetched {
            self.is_behind = true;
            return Ok(());
        }
        self.send_each(again).await
    }

    /// As many outcomes as there are edits, with what the server has now, as far as it says so.
    async fn ask_together(
        &self,
        way: Way,
        group: &[Waiting],
    ) -> Result<Vec<Result<Option<Node>, Problem>>, ClientError> {
        let at = || group.iter().map(|edit| NodeAt { id: edit.node, if_match: known(edit) }).collect();
        let answers = match way {
            Way::IsThere => return Ok(group.iter().map(|_| Ok(None)).collect()),
            Way::Edit => {
                let edits = group.iter().map(|edit| NodeEdit {
                    id: edit.node,
                    if_match: known(edit),
                    patch: patch_of(&edit.edit),
                });
                self.server.edit_nodes(edits.collect()).await?
            }
            Way::Trash => self.server.trash_nodes(at()).await?,
            Way::Restore => self.server.restore_nodes(at()).await?,
            Way::Delete => {
                let gone = self.server.delete_nodes(at()).await?;
                return Ok(gone.into_iter().map(|item| item.into_result().map(|_| None)).collect());
            }
        };
        Ok(answers.into_iter().map(|item| item.into_result().map(Some)).collect())
    }
}

fn known(edit: &Waiting) -> Option<Revision> {
    edit.base.as_ref().map(|base| base.revision)
}

#[cfg(test)]
mod tests {
    use super::super::decide::tests::file;
    use super::*;
    use crate::library::edits::Edit;

    fn describing(number: i64, node: NodeId, letters: usize) -> Waiting {
        let base = Node { id: node, ..file() };
        let edit = Edit::now(What::Describe { from: String::new(), to: "x".repeat(letters) });
        Waiting { id: number, node, edit, base: Some(base), base_was_seen: true }
    }

    fn gathered(mut waiting: VecDeque<Waiting>) -> usize {
        let first = waiting.pop_front().unwrap();
        gather(Way::Edit, first, &mut waiting, |_| true).len()
    }

    #[test]
    fn one_call_holds_each_node_once_and_no_more_than_the_server_reads() {
        let describing_each = |count: i64, letters| {
            (0..count).map(|number| describing(number, NodeId::generate(), letters)).collect::<VecDeque<_>>()
        };
        assert_eq!(gathered(describing_each(1500, 1)), BATCH_MAX);
        assert_eq!(gathered(describing_each(200, 4000)), TEXT_BYTES_MAX / 4000);
        // What comes second has to know what came of the first.
        let node = NodeId::generate();
        let mut twice = describing_each(5, 1);
        twice.insert(1, describing(7, node, 1));
        twice.insert(3, describing(8, node, 1));
        assert_eq!(gathered(twice), 3);
        // Other things keep their turn.
        let mut mixed = describing_each(5, 1);
        mixed.insert(2, Waiting { edit: Edit::now(What::Trash), ..describing(9, NodeId::generate(), 1) });
        assert_eq!(gathered(mixed), 2);
    }
}
