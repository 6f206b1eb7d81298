//! Access tokens: given out while they are good, renewed before they end.

use std::time::Instant;

use super::{Credentials, Session, failure, renewal_lock};
use crate::sign_in::provider::{Provider, Tokens};
use crate::{ClientError, Secret};

use super::kept::KeptSession;

impl Session {
    /// A token to send now. Renews where the last one is about to end.
    pub(crate) async fn bearer(&self) -> Result<Secret, ClientError> {
        self.token_other_than(None).await
    }

    /// A token in place of one that the server did not accept. A personal access token cannot be
    /// renewed: it is handed back, and the server's refusal stands.
    pub(crate) async fn renew(&self, rejected: Secret) -> Result<Secret, ClientError> {
        self.token_other_than(Some(rejected)).await
    }

    /// Waits until no renewal is under way: before the program ends, so that no rotated token is
    /// lost.
    pub async fn settle(&self) {
        drop(self.inner.renewing.lock().await);
    }

    async fn token_other_than(&self, rejected: Option<Secret>) -> Result<Secret, ClientError> {
        if let Some(token) = self.good_token(rejected.as_ref())? {
            return Ok(token);
        }
        // On a task of its own: a caller that goes away must not stop a rotation half-way.
        let this = self.clone();
        let renewal = tokio::spawn(async move {
            let _only_one = this.inner.renewing.lock().await;
            match this.good_token(rejected.as_ref())? {
                Some(token) => Ok(token),
                None => this.rotate().await,
            }
        });
        renewal.await.unwrap_or_else(|stopped| Err(ClientError::Lock(std::io::Error::other(stopped))))
    }

    fn good_token(&self, rejected: Option<&Secret>) -> Result<Option<Secret>, ClientError> {
        self.with(|state| match &state.credentials {
            Credentials::Unknown | Credentials::None => Err(ClientError::NotSignedIn),
            Credentials::Token(token) => Ok(Some(token.clone())),
            Credentials::OAuth { access, .. } => Ok(access
                .as_ref()
                .filter(|access| access.until > Instant::now() && Some(&access.token) != rejected)
                .map(|access| access.token.clone())),
        })
    }

    /// Spends the refresh token and writes down the next one, before anybody gets the access token.
    async fn rotate(&self) -> Result<Secret, ClientError> {
        let _across_programs = renewal_lock::lock(&self.inner.lock_file).await?;
        let Some(current) = self.newest_kept().await else {
            self.end(None);
            return Err(ClientError::NotSignedIn);
        };
        let provider = Provider::discover(self.http(), &current.issuer, &current.client_id).await?;
        let tokens = match provider.refresh(&current.refresh_token).await {
            Ok(tokens) => tokens,
            Err(ClientError::SessionEnded) => {
                tracing::info!("the identity provider has ended the session");
                let kept = self.with(|state| state.kept.clone());
                if let Err(error) = kept.forget().await {
                    tracing::warn!(%error, "the ended session stays in the keyring");
                }
                self.end(Some(&ClientError::SessionEnded));
                return Err(ClientError::SessionEnded);
            }
            Err(error) => return Err(error),
        };
        Ok(self.keep(current, tokens).await)
    }

    /// The session as the store has it: another program may have renewed or ended it. A store that
    /// cannot be read at the moment is no reason to sign out: what this program knows is used.
    async fn newest_kept(&self) -> Option<KeptSession> {
        let (store, known, saved) = self.with(|state| match &state.credentials {
            Credentials::OAuth { kept, saved, .. } => (state.kept.clone(), Some(kept.clone()), *saved),
            _ => (state.kept.clone(), None, false),
        });
        if !saved {
            return known;
        }
        match store.load().await {
            Ok(kept) => kept,
            Err(error) => {
                tracing::warn!(%error, "the keyring cannot be read: going on with what is known");
                known
            }
        }
    }

    /// Writes a rotated session down, then takes it up.
    async fn keep(&self, current: KeptSession, tokens: Tokens) -> Secret {
        // A provider that does not rotate sends none: the old one stays good (RFC 6749 §6).
        let refresh_token = tokens.refresh_token.unwrap_or_else(|| current.refresh_token.clone());
        let next = KeptSession { refresh_token, ..current };
        let store = self.with(|state| state.kept.clone());
        let saved = match store.save(&next).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "the keyring refused the renewed session: it ends with the program");
                false
            }
        };
        let token = tokens.access.token.clone();
        self.change(|state| {
            // Signed out in the meantime: the caller may finish, nobody else gets it.
            if matches!(state.credentials, Credentials::OAuth { .. }) {
                state.credentials = Credentials::OAuth { kept: next, access: Some(tokens.access), saved };
            }
        });
        token
    }

    pub(super) fn end(&self, reason: Option<&ClientError>) {
        self.change(|state| {
            state.credentials = Credentials::None;
            state.reason = reason.map(failure);
        });
    }
}
