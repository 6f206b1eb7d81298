//! Who may do what: bearer tokens of the identity provider, and personal access tokens.

mod late_profiles;
pub(crate) mod standing;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::header::AUTHORIZATION;
use http::request::Parts;
use notespot_metadata::tokens::Tokens;
use notespot_metadata::users::UserRecord;
use notespot_metadata::{MetadataError, Result as MetadataResult};
use notespot_protocol::{
    AccessToken, ErrorCode, NewAccessToken, NewlyMadeToken, Scope, Sha256, Timestamp, TokenId, UserId,
};
use rand::RngExt as _;
use sha2::Digest as _;

pub(crate) use self::late_profiles::LateProfiles;
use crate::audit;
use crate::client_address::client;
use crate::identity::Principal;
use crate::problems::{Answer, Refusal};
use crate::state::Server;

/// What a personal access token begins with, so that scanners for leaked secrets know it.
const PERSONAL: &str = "nsp_";

/// A caller that may list and download.
pub(crate) struct CanRead(pub(crate) UserId);
/// A caller that may add files.
pub(crate) struct CanUpload(pub(crate) UserId);
/// A caller that may change, delete and share.
pub(crate) struct CanManage(pub(crate) UserId);
/// A person who signed in; a personal access token is not enough.
pub(crate) struct Person(pub(crate) UserId);

/// A caller that may list, for as long as what it showed for that is good.
pub(crate) struct Reader {
    pub(crate) owner: UserId,
    pub(crate) grant: Grant,
}

/// What a caller has shown.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// When it ends by itself, where it does.
    pub(crate) ends_at: Option<Timestamp>,
    /// A personal access token, which may be revoked before.
    token: Option<Sha256>,
}

struct Caller {
    user: UserId,
    /// `None` for a person, who may do everything.
    scopes: Option<Vec<Scope>>,
    grant: Grant,
}

impl Grant {
    /// Of somebody who signed in.
    pub(crate) fn until(ends_at: Timestamp) -> Self {
        Self { ends_at: Some(ends_at), token: None }
    }

    pub(crate) fn of_token(hash: Sha256, ends_at: Option<Timestamp>) -> Self {
        Self { ends_at, token: Some(hash) }
    }

    /// Whether it may end before.
    pub(crate) fn can_be_revoked(&self) -> bool {
        self.token.is_some()
    }

    /// Whether it is good still, for reading what is this owner's.
    pub(crate) async fn still_reads(
        &self,
        tokens: &(impl Tokens + ?Sized),
        owner: &UserId,
    ) -> MetadataResult<bool> {
        let now = Timestamp::now();
        if self.ends_at.is_some_and(|end| end <= now) {
            return Ok(false);
        }
        let Some(hash) = self.token else { return Ok(true) };
        match tokens.token_by_hash(hash, now).await {
            Ok((user, token)) => Ok(user == *owner && token.scopes.contains(&Scope::Read)),
            Err(MetadataError::NotFound | MetadataError::Banned) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl FromRequestParts<Arc<Server>> for Reader {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Answer<Self> {
        let caller = caller(parts, server).await?;
        let grant = caller.grant.clone();
        Ok(Self { owner: caller.with(Scope::Read)?, grant })
    }
}

impl Caller {
    fn with(self, scope: Scope) -> Answer<UserId> {
        match &self.scopes {
            Some(scopes) if !scopes.contains(&scope) => Err(forbidden("This token may not do that.")),
            _ => Ok(self.user),
        }
    }
}

/// A caller that may add files, and what else it may do.
pub(crate) struct Uploader {
    pub(crate) owner: UserId,
    /// Put new content in the place of what is there.
    pub(crate) may_replace: bool,
    /// Know what is there.
    pub(crate) may_read: bool,
}

impl FromRequestParts<Arc<Server>> for Uploader {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Answer<Self> {
        let caller = caller(parts, server).await?;
        let may = |scope| caller.scopes.as_ref().is_none_or(|scopes| scopes.contains(&scope));
        let (may_replace, may_read) = (may(Scope::Manage), may(Scope::Read));
        Ok(Self { owner: caller.with(Scope::Upload)?, may_replace, may_read })
    }
}

macro_rules! caller_with {
    ($name:ident, $check:expr) => {
        impl FromRequestParts<Arc<Server>> for $name {
            type Rejection = Refusal;

            async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Answer<Self> {
                let check: fn(Caller) -> Answer<UserId> = $check;
                check(caller(parts, server).await?).map(Self)
            }
        }
    };
}

caller_with!(CanRead, |caller| caller.with(Scope::Read));
caller_with!(CanUpload, |caller| caller.with(Scope::Upload));
caller_with!(CanManage, |caller| caller.with(Scope::Manage));
caller_with!(Person, |caller| match caller.scopes {
    None => Ok(caller.user),
    Some(_) => Err(forbidden("A personal access token cannot do that. Sign in.")),
});

pub(crate) fn forbidden(detail: &str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, ErrorCode::Forbidden, detail)
}

/// Whoever the request's token belongs to, counted.
async fn caller(parts: &Parts, server: &Arc<Server>) -> Answer<Caller> {
    match known_caller(parts, server).await {
        Ok(caller) => {
            server.limits.user(&caller.user, &parts.extensions).await?;
            Ok(caller)
        }
        Err(refusal) => {
            if refusal.is_not_signed_in() && parts.headers.contains_key(AUTHORIZATION) {
                server.limits.token_was_refused(&parts.extensions).await?;
            }
            Err(refusal)
        }
    }
}

async fn known_caller(parts: &Parts, server: &Arc<Server>) -> Answer<Caller> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    // RFC 9110 §11.1: the scheme's name is case-insensitive.
    let (scheme, token) = header.and_then(|text| text.split_once(' ')).ok_or_else(Refusal::not_signed_in)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::not_signed_in());
    }
    let token = token.trim();
    server.limits.may_show_token(&parts.extensions)?;
    if token.starts_with(PERSONAL) {
        let hash = hash_of(token);
        return match server.metadata.token_by_hash(hash, Timestamp::now()).await {
            Ok((user, AccessToken { scopes, ends_at, .. })) => {
                Ok(Caller { user, scopes: Some(scopes), grant: Grant::of_token(hash, ends_at) })
            }
            Err(MetadataError::NotFound) => Err(Refusal::not_signed_in()),
            Err(error @ MetadataError::Banned) => {
                server.limits.token_was_refused(&parts.extensions).await?;
                Err(error.into())
            }
            Err(error) => Err(error.into()),
        };
    }
    if is_opaque(token) && !server.verifier.has_vouched_for(token) {
        // Only the provider knows it, which counts how often it is asked.
        server.limits.may_ask_about_token(&parts.extensions)?;
    }
    let principal = server.verifier.verify(token).await?;
    let grant = Grant::until(principal.ends_at);
    let user = match server.metadata.user_record(&principal.user).await {
        Ok(UserRecord { is_banned: true, .. }) => {
            // What is refused costs a look too.
            server.limits.user(&principal.user, &parts.extensions).await?;
            return Err(MetadataError::Banned.into());
        }
        Ok(UserRecord { me, .. }) => {
            if me.name.is_empty() {
                late_profiles::ask_for(server, token, principal);
            }
            me.id
        }
        Err(MetadataError::NotFound) => {
            first_seen(server, token, &principal, client(&parts.extensions)).await?
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Caller { user, scopes: None, grant })
}

/// Whether a token says nothing by itself: a JWT has three parts.
fn is_opaque(token: &str) -> bool {
    token.split('.').count() != 3
}

/// Makes the record of somebody who signed in for the first time.
async fn first_seen(
    server: &Server,
    token: &str,
    principal: &Principal,
    from: Option<IpAddr>,
) -> Answer<UserId> {
    let described = server.verifier.profile(token, principal).await?;
    let me = match server.metadata.ensure_user(&described.profile, server.quota).await {
        Ok(me) => me,
        // Deleted at the provider: a token that was given before is good for nothing.
        Err(MetadataError::NotFound) => return Err(Refusal::not_signed_in()),
        Err(error) => return Err(error.into()),
    };
    audit::user_first_seen(&me.id, from);
    // A webhook may tell something older from now on, or has told something newer in this moment.
    standing::take(server, &described).await?;
    if server.metadata.user_record(&me.id).await?.is_banned {
        return Err(MetadataError::Banned.into());
    }
    Ok(me.id)
}

/// Makes a personal access token. The store keeps its hash; the secret is in the answer alone.
pub(crate) async fn make_token(
    tokens: &(impl Tokens + ?Sized),
    owner: &UserId,
    wanted: NewAccessToken,
) -> MetadataResult<NewlyMadeToken> {
    let secret = format!("{PERSONAL}{}", hex::encode(rand::rng().random::<[u8; 32]>()));
    let token = AccessToken {
        id: TokenId::generate(),
        name: wanted.name,
        scopes: wanted.scopes,
        created_at: Timestamp::now(),
        ends_at: wanted.ends_at,
        used_at: None,
    };
    tokens.add_token(owner, &token, hash_of(&secret)).await?;
    Ok(NewlyMadeToken { token, secret })
}

/// A fast hash is enough for 256 random bits.
pub(crate) fn hash_of(secret: &str) -> Sha256 {
    Sha256::from_bytes(sha2::Sha256::digest(secret).into())
}
