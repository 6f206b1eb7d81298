//! `notespot sign-in` and `notespot sign-out`.

use notespot_app::Remote;
use serde::Serialize;

use crate::exit::Ending;
use crate::output::{self, Form};

#[derive(Serialize)]
struct SignedOut {
    /// Whether anybody was signed in before.
    was_signed_in: bool,
}

pub(super) async fn sign_in(remote: &Remote, form: Form) -> Ending {
    let result = remote.sign_in().await;
    if result.is_ok() && remote.ends_with_program() {
        output::warn(
            "This system has no usable keyring, so the session cannot be kept for the next command. \
             Make a token on the server with `notespot-server token create`, and set NOTESPOT_TOKEN.",
        );
    }
    output::one(form, result, |me| format!("Signed in to {} as {}.", remote.server_url(), me.name))
}

pub(super) async fn sign_out(remote: &Remote, form: Form) -> Ending {
    let result = remote.sign_out().await.map(|was_signed_in| SignedOut { was_signed_in });
    output::one(form, result, |signed_out| {
        if signed_out.was_signed_in { "Signed out." } else { "Nobody was signed in." }.to_owned()
    })
}
