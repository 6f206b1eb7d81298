//! `notespot link` and `notespot unlink`.

use notespot_app::{AppError, Remote};
use notespot_protocol::PublicLink;

use crate::exit::Ending;
use crate::output::{self, Form};

/// Prints a file's public link; made where there is none.
pub(super) async fn link(remote: &Remote, form: Form, name: &str) -> Ending {
    output::one(form, make(remote, name).await, |link| link.url.clone())
}

/// Ends a file's public link.
pub(super) async fn unlink(remote: &Remote, form: Form, name: &str) -> Ending {
    output::one(form, end(remote, name).await, |link| format!("Ended {}", link.url))
}

async fn make(remote: &Remote, name: &str) -> Result<PublicLink, AppError> {
    remote.public_link(remote.find(name).await?.id).await
}

async fn end(remote: &Remote, name: &str) -> Result<PublicLink, AppError> {
    remote.end_public_link(remote.find(name).await?.id).await
}
