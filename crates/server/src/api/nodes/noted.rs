//! Changes of what is open to others, noted in the audit log. What has no public link is nobody else's business, and not
//! noted; of a folder it is not known, unless nothing of its owner's has one.

use std::collections::HashSet;
use std::sync::Arc;

use notespot_metadata::Result as MetadataResult;
use notespot_protocol::{Node, NodeAt, NodeId, UserId};

use crate::audit;
use crate::client_address::Origin;
use crate::state::Server;

type Outcomes<T> = MetadataResult<Vec<MetadataResult<T>>>;

/// Who changes it, and from where.
pub(in crate::api) struct By(pub(in crate::api) UserId, pub(in crate::api) Origin);

pub(super) async fn trash(server: Arc<Server>, By(owner, from): By, nodes: Vec<NodeAt>) -> Outcomes<Node> {
    audit::to_its_end(async move {
        let shared = shared(&server, &owner, &nodes).await?;
        let outcomes = server.metadata.trash_nodes(&owner, &nodes).await?;
        each(&nodes, &outcomes, &shared, |node| audit::node_trashed(&owner, &from, node));
        Ok(outcomes)
    })
    .await
}

pub(super) async fn restore(server: Arc<Server>, By(owner, from): By, nodes: Vec<NodeAt>) -> Outcomes<Node> {
    audit::to_its_end(async move {
        let shared = shared(&server, &owner, &nodes).await?;
        let outcomes = server.metadata.restore_nodes(&owner, &nodes).await?;
        each(&nodes, &outcomes, &shared, |node| audit::node_restored(&owner, &from, node));
        Ok(outcomes)
    })
    .await
}

/// For ever. What is gone is swept.
pub(super) async fn delete(server: Arc<Server>, By(owner, from): By, nodes: Vec<NodeAt>) -> Outcomes<()> {
    audit::to_its_end(async move {
        let shared = shared(&server, &owner, &nodes).await?;
        let outcomes = server.metadata.delete_nodes(&owner, &nodes).await?;
        each(&nodes, &outcomes, &shared, |node| audit::node_deleted(&owner, &from, node));
        server.orphaned.notify_one();
        Ok(outcomes)
    })
    .await
}

/// Asked before the change: what is deleted has no links any more.
async fn shared(server: &Server, owner: &UserId, nodes: &[NodeAt]) -> MetadataResult<HashSet<NodeId>> {
    let ids: Vec<NodeId> = nodes.iter().map(|node| node.id).collect();
    server.metadata.shared_among(owner, &ids).await
}

fn each<T>(
    nodes: &[NodeAt],
    outcomes: &[MetadataResult<T>],
    shared: &HashSet<NodeId>,
    note: impl Fn(NodeId),
) {
    let done = nodes.iter().zip(outcomes).filter(|(_, outcome)| outcome.is_ok());
    done.map(|(node, _)| node.id).filter(|node| shared.contains(node)).for_each(note);
}
