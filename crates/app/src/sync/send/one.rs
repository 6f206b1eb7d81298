//! Sending one edit.

use notespot_client::ClientError;
use notespot_protocol::{
    ErrorCode, Failure, NewFolder, NewLink, Node, NodeAt, NodeId, OnConflict, Problem, PublicLink,
};

use super::super::server::SyncServer;
use super::decide::{Decision, decide, patch_of};
use crate::AppError;
use crate::library::Library;
use crate::library::edits::{Answered, Conflict, Waiting, What};

/// How often one edit is looked at again because somebody else was quicker.
const TRIES: usize = 5;

/// What became of an edit.
#[derive(PartialEq)]
pub(super) enum Fate {
    /// It is in, or waits for the person.
    Settled,
    /// It is tried again with the next round.
    Left,
}

/// Sends it, whatever else happens to its node meanwhile.
pub(super) async fn send_one(
    server: &impl SyncServer,
    library: &Library,
    mut waiting: Waiting,
) -> Result<Fate, AppError> {
    let id = waiting.id;
    for _ in 0..TRIES {
        match decide(&waiting) {
            Decision::IsThere => {
                library.edits_are_in(vec![Answered::nothing(id)]).await?;
                return Ok(Fate::Settled);
            }
            Decision::Ask(conflict) => {
                library.set_conflict(id, conflict).await?;
                return Ok(Fate::Settled);
            }
            Decision::Restore | Decision::Send => {}
        }
        let problem = match ask(server, &waiting).await {
            Ok(Answer::Restored(node)) => {
                library.learn(node).await?;
                match library.next_edit(id - 1).await?.filter(|again| again.id == id) {
                    Some(again) => waiting = again,
                    None => return Ok(Fate::Settled),
                }
                continue;
            }
            Ok(Answer::Done { node, link }) => {
                library.edits_are_in(vec![Answered { id, node, link }]).await?;
                return Ok(Fate::Settled);
            }
            Err(ClientError::Refused(problem)) => problem,
            Err(error) => return Err(error.into()),
        };
        if let Some(now) = changed_meanwhile(server, &waiting, &problem).await? {
            library.learn(now).await?;
            // Taken out in between: the person signed out, or decided otherwise.
            match library.next_edit(id - 1).await?.filter(|again| again.id == id) {
                Some(again) => waiting = again,
                None => return Ok(Fate::Settled),
            }
            continue;
        }
        return refused(library, &waiting, problem).await;
    }
    Ok(Fate::Left)
}

/// The node as the server has it, where an edit was refused because of what became of it there: it is looked at again.
async fn changed_meanwhile(
    server: &impl SyncServer,
    waiting: &Waiting,
    problem: &Problem,
) -> Result<Option<Node>, ClientError> {
    let what = &waiting.edit.what;
    match problem.code {
        ErrorCode::StaleRevision => server.node(waiting.node).await.map(Some),
        // Links know no revision of their file, and there are none to what is in the trash.
        ErrorCode::NotFound if matches!(what, What::MakeLink { .. } | What::List { listed: true, .. }) => {
            match server.node(waiting.node).await {
                Ok(now) => Ok(Some(now).filter(|now| now.trashed_at.is_some())),
                Err(ClientError::Refused(problem)) if problem.code == ErrorCode::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        }
        _ => Ok(None),
    }
}

/// What a refusal means for an edit.
async fn refused(library: &Library, waiting: &Waiting, problem: Box<Problem>) -> Result<Fate, AppError> {
    let (id, what) = (waiting.id, &waiting.edit.what);
    let conflict = match problem.code {
        ErrorCode::NameTaken => Conflict::NameTaken,
        ErrorCode::NotFound | ErrorCode::LinkEnded if what.is_over() => {
            library.edits_are_in(vec![Answered::nothing(id)]).await?;
            return Ok(Fate::Settled);
        }
        ErrorCode::NotFound => match place_of(what) {
            // The folder is asked about itself.
            Some(place) if library.is_unmade(place).await? => return Ok(Fate::Left),
            Some(_) => Conflict::PlaceGone,
            None if matches!(what, What::MakeLink { .. }) => refusal(problem),
            // It was never made.
            None if matches!(what, What::List { .. }) => Conflict::LinkEnded,
            // Sync brings the tombstone, and with it the conflict.
            None => return Ok(Fate::Left),
        },
        ErrorCode::LinkEnded => Conflict::LinkEnded,
        code if is_passing(code) => return Err(ClientError::Refused(problem).into()),
        _ => refusal(problem),
    };
    library.set_conflict(id, conflict).await?;
    Ok(Fate::Settled)
}

fn refusal(problem: Box<Problem>) -> Conflict {
    Conflict::Refused { failure: Failure::from(&AppError::from(ClientError::Refused(problem))) }
}

enum Answer {
    /// It is out of the trash, and the edit itself is still to be sent.
    Restored(Node),
    /// What the server says of it, as far as it says anything.
    Done { node: Option<Node>, link: Option<PublicLink> },
}

impl Answer {
    fn node(node: Node) -> Self {
        Self::Done { node: Some(node), link: None }
    }

    fn link(link: PublicLink) -> Self {
        Self::Done { node: None, link: Some(link) }
    }
}

async fn ask(server: &impl SyncServer, waiting: &Waiting) -> Result<Answer, ClientError> {
    let Waiting { node: id, edit, .. } = waiting;
    let if_match = waiting.base.as_ref().map(|base| base.revision);
    if matches!(decide(waiting), Decision::Restore) {
        return server.restore_node(*id, if_match).await.map(Answer::Restored);
    }
    match &edit.what {
        What::MakeFolder { client_ref, parent, name } => {
            let folder = NewFolder {
                client_ref: *client_ref,
                id: Some(*id),
                parent: *parent,
                name: name.clone(),
                on_conflict: if edit.keep_both { OnConflict::KeepBoth } else { OnConflict::Fail },
                reuse: false,
            };
            server.create_folder(&folder).await.map(Answer::node)
        }
        What::Trash => server.trash_node(*id, if_match).await.map(Answer::node),
        What::Restore => server.restore_node(*id, if_match).await.map(Answer::node),
        What::MakeLink { slug } => {
            let link = NewLink { node: *id, slug: Some(slug.clone()) };
            server.create_link(&link).await.map(Answer::link)
        }
        What::EndLink { slug } => server.end_link(slug).await.map(Answer::link),
        What::List { slug, listed } => server.list_link(slug, *listed).await.map(Answer::link),
        What::Delete => {
            // The call for many can be made for a revision.
            let answers = server.delete_nodes(vec![NodeAt { id: *id, if_match }]).await?;
            let refused = answers.into_iter().find_map(|answer| answer.into_result().err());
            refused.map_or(Ok(Answer::Done { node: None, link: None }), |problem| {
                Err(ClientError::Refused(Box::new(problem)))
            })
        }
        What::Rename { .. } | What::Move { .. } | What::Describe { .. } | What::Tag { .. } => {
            server.edit_node(*id, &patch_of(edit), if_match).await.map(Answer::node)
        }
    }
}

/// The folder that it goes to.
fn place_of(what: &What) -> Option<NodeId> {
    match what {
        What::Move { to, .. } => *to,
        What::MakeFolder { parent, .. } => *parent,
        _ => None,
    }
}

/// It is no answer to the edit.
pub(super) fn is_passing(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::NotSignedIn
            | ErrorCode::AccountBanned
            | ErrorCode::RateLimited
            | ErrorCode::Unavailable
            | ErrorCode::Internal
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_the_person_and_not_of_the_edit_leaves_the_edit_waiting() {
        assert!(is_passing(ErrorCode::AccountBanned) && is_passing(ErrorCode::NotSignedIn));
        assert!(!is_passing(ErrorCode::Forbidden) && !is_passing(ErrorCode::NameTaken));
    }
}
