//! The audit log: who got in, and who changed who may see what. One line each, in the log, under the target `audit`;
//! they are there whatever else of the log is wanted.
//!
//! People and files are named by their ids, and whoever asked by the address that they asked from. A link is named by the
//! beginning of the SHA-256 of its slug: lines about one link can be found, and nobody opens a link who reads the log.
//! The span of the request adds its id. Opening a public link is not noted: that is nobody's business.

use std::net::IpAddr;

use notespot_metadata::links::StoredLink;
use notespot_protocol::{AccessToken, ByteCount, NodeId, Slug, TokenId, UserId};
use sha2::{Digest as _, Sha256};
use tracing::Instrument as _;
use tracing::field::{DisplayValue, display};

use crate::client_address::Origin;

/// The target of all its lines.
pub(crate) const TARGET: &str = "audit";

/// Writes a line. A field that is `None` is left out.
macro_rules! note {
    ($event:literal, $($field:tt)*) => {
        tracing::info!(target: TARGET, event = $event, $($field)*)
    };
}

/// Around what the command line does: its lines have no address, and say which command it was.
pub(crate) fn of_command(command: &'static str) -> tracing::Span {
    tracing::info_span!(target: TARGET, "command", command)
}

/// Does what is noted to its end, and notes it, also where the caller hangs up meanwhile: else a change could be made
/// of which no line tells.
pub(crate) async fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work.in_current_span()).await {
        Ok(done) => done,
        // It is never aborted: it has panicked.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

pub(crate) fn link_made(user: &UserId, from: &Origin, link: &StoredLink) {
    note!("link.made", user = user.0, from = shown(from.0), node = %link.node, link = named(&link.slug));
}

pub(crate) fn link_listed(user: &UserId, from: &Origin, link: &StoredLink) {
    let (node, listed) = (link.node, link.listed);
    note!("link.listed", user = user.0, from = shown(from.0), %node, link = named(&link.slug), listed);
}

pub(crate) fn link_ended(user: &UserId, from: &Origin, link: &StoredLink) {
    note!("link.ended", user = user.0, from = shown(from.0), node = %link.node, link = named(&link.slug));
}

pub(crate) fn token_made(user: &UserId, from: &Origin, token: &AccessToken) {
    let ends_at = token.ends_at.map(display);
    note!("token.made", user = user.0, from = shown(from.0), token = %token.id, scopes = ?token.scopes, ends_at);
}

pub(crate) fn token_revoked(user: &UserId, from: &Origin, token: TokenId) {
    note!("token.revoked", user = user.0, from = shown(from.0), %token);
}

/// A file with a public link, or a folder that may hold one, went to the trash: until it is restored, the link opens nothing.
pub(crate) fn node_trashed(user: &UserId, from: &Origin, node: NodeId) {
    note!("node.trashed", user = user.0, from = shown(from.0), %node);
}

/// It came out of the trash: its links open it again.
pub(crate) fn node_restored(user: &UserId, from: &Origin, node: NodeId) {
    note!("node.restored", user = user.0, from = shown(from.0), %node);
}

/// It is gone for good, and its links with it.
pub(crate) fn node_deleted(user: &UserId, from: &Origin, node: NodeId) {
    note!("node.deleted", user = user.0, from = shown(from.0), %node);
}

/// Everything that was in the trash is gone for good: so many files and folders.
pub(crate) fn trash_emptied(user: &UserId, from: &Origin, nodes: u32) {
    note!("trash.emptied", user = user.0, from = shown(from.0), nodes);
}

/// At the local identity provider; elsewhere, the provider knows.
pub(crate) fn signed_in(user: &UserId, from: Option<IpAddr>) {
    note!("sign_in", user = user.0, from = shown(from));
}

/// Whose account it was, where there is one. What was typed is not noted: people type passwords everywhere.
pub(crate) fn sign_in_failed(user: Option<&UserId>, from: Option<IpAddr>) {
    note!("sign_in.failed", user = user.map(|user| &*user.0), from = shown(from));
}

/// An app took the next refresh token, and an access token with it.
pub(crate) fn sign_in_refreshed(user: &UserId, from: &Origin) {
    note!("sign_in.refreshed", user = user.0, from = shown(from.0));
}

/// A refresh token came that had been replaced: somebody has a copy. All that came of that sign-in has ended.
pub(crate) fn sign_in_replayed(user: &UserId, from: &Origin) {
    note!("sign_in.replayed", user = user.0, from = shown(from.0));
}

/// An app was signed out.
pub(crate) fn sign_in_ended(user: &UserId, from: &Origin) {
    note!("sign_in.ended", user = user.0, from = shown(from.0));
}

pub(crate) fn account_made(user: &UserId, from: Option<IpAddr>) {
    note!("account.made", user = user.0, from = shown(from));
}

/// How much somebody may store, of their own or (`None`) as everybody.
pub(crate) fn quota_set(user: &UserId, own: Option<ByteCount>) {
    note!("quota.set", user = user.0, own_bytes = own.map(ByteCount::get));
}

/// Somebody whom an identity provider vouches for came for the first time.
pub(crate) fn user_first_seen(user: &UserId, from: Option<IpAddr>) {
    note!("user.first_seen", user = user.0, from = shown(from));
}

/// The identity provider has banned somebody: nothing of theirs opens any more.
pub(crate) fn user_banned(user: &UserId) {
    note!("user.banned", user = user.0);
}

/// And lets them in again.
pub(crate) fn user_let_in(user: &UserId) {
    note!("user.let_in", user = user.0);
}

/// The identity provider has deleted somebody, and everything of theirs went.
pub(crate) fn user_erased(user: &UserId) {
    note!("user.erased", user = user.0);
}

fn shown(from: Option<IpAddr>) -> Option<DisplayValue<IpAddr>> {
    from.map(display)
}

fn named(slug: &Slug) -> String {
    hex::encode(&Sha256::digest(slug.to_string())[..8])
}
