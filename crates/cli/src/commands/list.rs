//! `notespot ls`.

use notespot_app::{AppError, Remote};
use notespot_protocol::{Node, NodeKind};

use crate::exit::Ending;
use crate::output::{self, Form};

/// Lists a folder: folders first, by name.
pub(super) async fn list(remote: &Remote, form: Form, folder: Option<&str>) -> Ending {
    output::one(form, children(remote, folder).await, |nodes| {
        nodes.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

async fn children(remote: &Remote, folder: Option<&str>) -> Result<Vec<Node>, AppError> {
    remote.list(super::folder(remote, folder).await?).await
}

fn line(node: &Node) -> String {
    let size = node.content.as_ref().map_or_else(|| "folder".to_owned(), |content| content.size.to_string());
    let slash = if node.kind == NodeKind::Folder { "/" } else { "" };
    format!("{size:>10}  {}  {}{slash}", node.modified_at, node.name)
}
