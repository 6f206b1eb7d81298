//! Signing in and out.

use std::time::{Duration, Instant};

use notespot_protocol::UserId;
use url::Url;

use super::kept::KeptSession;
use super::{Credentials, Flow, Session, SessionStatus, failure, renewal_lock};
use crate::api::discovery::discover_with;
use crate::sign_in::provider::{Provider, Tokens};
use crate::sign_in::{Callback, Pending};
use crate::{ClientError, Secret, SignInError};

/// What signing out waits for the identity provider.
const REVOKE_TIMEOUT: Duration = Duration::from_secs(5);

impl Session {
    /// Begins to sign in: asks the server for its identity provider, and the provider for its
    /// endpoints. Gives the page to open in the system's browser. Takes the place of a sign-in that
    /// is under way; a session that there is stays until the new one is there.
    pub async fn begin_sign_in(&self, redirect_uri: &Url) -> Result<Url, ClientError> {
        let discovery = discover_with(self.http(), self.server()).await?;
        let provider = Provider::discover(self.http(), &discovery.issuer, &discovery.oauth_client_id).await?;
        let ends = Instant::now() + self.inner.sign_in_lifetime;
        let pending = provider.begin(discovery, redirect_uri.clone(), ends)?;
        let page = pending.page.clone();
        let state = pending.state.secret().clone();
        self.change(|session| session.flow = Flow::Waiting(Box::new(pending)));
        self.end_in_time(state);
        Ok(page)
    }

    /// Takes what the browser brought back. A link that belongs to no sign-in under way is
    /// [`SignInError::Ignored`] and changes nothing; every other outcome ends the sign-in.
    pub async fn finish_sign_in(&self, link: &str) -> Result<UserId, ClientError> {
        let link = Url::parse(link).map_err(|_| SignInError::Ignored)?;
        let (pending, callback, number) = self.take_pending(&link)?;
        let result = self.exchange(*pending, callback).await;
        let (session, tokens) = match result {
            Ok(done) => done,
            Err(error) => {
                self.change(|state| {
                    if state.flow.is_number(number) {
                        state.flow = Flow::Idle;
                        state.reason = Some(failure(&error));
                    }
                });
                return Err(error);
            }
        };
        self.take_up(session, tokens, number).await
    }

    /// Gives up the sign-in under way; without one, changes nothing.
    pub fn cancel_sign_in(&self) {
        self.change(|state| state.flow = Flow::Idle);
    }

    /// Returns when no sign-in is under way.
    pub async fn sign_in_is_over(&self) {
        let mut status = self.status();
        // The sender lives as long as this session.
        let _ = status.wait_for(|status| !matches!(status, SessionStatus::SigningIn { .. })).await;
    }

    /// Forgets the session, and asks the identity provider to revoke it: for at most five seconds,
    /// and without that being an error. False when nobody was signed in.
    pub async fn sign_out(&self) -> Result<bool, ClientError> {
        let _one = self.inner.renewing.lock().await;
        let _across_programs = renewal_lock::lock(&self.inner.lock_file).await?;
        let (store, known) = self.with(|state| match &state.credentials {
            Credentials::OAuth { kept, .. } => (state.kept.clone(), Some(kept.clone())),
            _ => (state.kept.clone(), None),
        });
        // Another program may have renewed: the newest token names the family.
        let newest = store.load().await.ok().flatten().or_else(|| known.clone());
        if let Err(error) = store.forget().await {
            tracing::warn!(%error, "the session stays in the keyring, revoked");
        }
        let was_signed_in = newest.is_some();
        self.change(|state| {
            state.flow = Flow::Idle;
            if !matches!(state.credentials, Credentials::Token(_)) {
                state.credentials = Credentials::None;
                state.reason = None;
            }
        });
        if let Some(session) = newest {
            self.revoke(&session).await;
        }
        Ok(was_signed_in)
    }

    /// Whether the link ends the sign-in under way; takes it if so. One use: a second arrival of the
    /// same link finds nothing.
    fn take_pending(&self, link: &Url) -> Result<(Box<Pending>, Secret, u64), ClientError> {
        self.change(|state| {
            let Flow::Waiting(pending) = &state.flow else { return Err(SignInError::Ignored.into()) };
            let read = match pending.read(link) {
                Err(SignInError::Ignored) => return Err(SignInError::Ignored.into()),
                read if pending.ends > Instant::now() => read,
                _ => Err(SignInError::Expired),
            };
            let number = rand::random();
            let exchanging = Flow::Exchanging { page: pending.page.clone(), number };
            let outcome = match read {
                Ok(Callback::Code(code)) => Ok(code),
                Ok(Callback::Denied { error }) if error == "access_denied" => {
                    tracing::info!("the person declined at the identity provider");
                    Err(SignInError::Cancelled)
                }
                Ok(Callback::Denied { error }) => Err(SignInError::Refused { error }),
                Err(error) => Err(error),
            };
            match outcome {
                Ok(code) => match std::mem::replace(&mut state.flow, exchanging) {
                    Flow::Waiting(pending) => Ok((pending, code, number)),
                    _ => Err(SignInError::Ignored.into()),
                },
                Err(error) => {
                    let error = ClientError::from(error);
                    state.flow = Flow::Idle;
                    state.reason = Some(failure(&error));
                    Err(error)
                }
            }
        })
    }

    async fn exchange(&self, pending: Pending, code: Secret) -> Result<(KeptSession, Tokens), ClientError> {
        let discovery = &pending.discovery;
        let provider = Provider::discover(self.http(), &discovery.issuer, &discovery.oauth_client_id).await?;
        let redirect = pending.redirect_uri;
        let (user, tokens) = provider.exchange(code, pending.verifier, &pending.nonce, &redirect).await?;
        let refresh_token = tokens.refresh_token.clone().ok_or(SignInError::NoRefreshToken)?;
        let session = KeptSession {
            issuer: discovery.issuer.clone(),
            client_id: discovery.oauth_client_id.clone(),
            user,
            refresh_token,
        };
        Ok((session, tokens))
    }

    /// Writes the new session down, takes it up, and revokes the one before.
    async fn take_up(
        &self,
        session: KeptSession,
        tokens: Tokens,
        number: u64,
    ) -> Result<UserId, ClientError> {
        let _one = self.inner.renewing.lock().await;
        let _across_programs = renewal_lock::lock(&self.inner.lock_file).await?;
        if !self.with(|state| state.flow.is_number(number)) {
            self.revoke(&session).await;
            return Err(SignInError::Cancelled.into());
        }
        let store = self.with(|state| state.kept.clone());
        let before = store.load().await.ok().flatten();
        let saved = store.save(&session).await;
        if let Err(error) = &saved {
            tracing::warn!(%error, "the keyring refused the session: it ends with the program");
        }
        let user = session.user.clone();
        self.change(|state| {
            state.flow = Flow::Idle;
            state.reason = None;
            state.credentials =
                Credentials::OAuth { kept: session, access: Some(tokens.access), saved: saved.is_ok() };
        });
        if let Some(before) = before {
            let this = self.clone();
            tokio::spawn(async move { this.revoke(&before).await });
        }
        Ok(user)
    }

    /// Best effort: a provider that is away forgets nothing, but the token is gone from here.
    async fn revoke(&self, session: &KeptSession) {
        let revoke = async {
            let provider = Provider::discover(self.http(), &session.issuer, &session.client_id).await?;
            provider.revoke(&session.refresh_token).await
        };
        match tokio::time::timeout(REVOKE_TIMEOUT, revoke).await {
            Ok(Ok(())) => tracing::info!("the session is revoked"),
            Ok(Err(error)) => tracing::warn!(%error, "the session could not be revoked"),
            Err(_) => tracing::warn!("the identity provider did not revoke the session in time"),
        }
    }

    /// Ends the sign-in with this state when its time is over.
    fn end_in_time(&self, state: String) {
        let (this, lifetime) = (self.clone(), self.inner.sign_in_lifetime);
        tokio::spawn(async move {
            let is_it =
                |flow: &Flow| matches!(flow, Flow::Waiting(pending) if *pending.state.secret() == state);
            let mut status = this.status();
            let gone = async {
                while this.with(|session| is_it(&session.flow)) && status.changed().await.is_ok() {}
            };
            if tokio::time::timeout(lifetime, gone).await.is_ok() {
                return;
            }
            this.change(|session| {
                if is_it(&session.flow) {
                    session.flow = Flow::Idle;
                    session.reason = Some(failure(&SignInError::Expired.into()));
                }
            });
        });
    }
}

impl Flow {
    fn is_number(&self, expected: u64) -> bool {
        matches!(self, Self::Exchanging { number, .. } if *number == expected)
    }
}
