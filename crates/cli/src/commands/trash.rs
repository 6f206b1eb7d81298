//! `notespot rm`.

use notespot_app::{AppError, Remote};
use notespot_protocol::Node;

use crate::exit::Ending;
use crate::output::{self, Form, Item};

/// Moves files and folders to the trash, from where they can be restored for 30 days.
pub(super) async fn trash(remote: &Remote, form: Form, names: Vec<String>) -> Ending {
    let mut items = Vec::with_capacity(names.len());
    for name in names {
        let result = one(remote, &name).await;
        items.push(Item::new(name, result));
    }
    output::several(form, &items, |node| format!("{} is in the trash.", node.name))
}

async fn one(remote: &Remote, name: &str) -> Result<Node, AppError> {
    remote.trash(remote.find(name).await?.id).await
}
