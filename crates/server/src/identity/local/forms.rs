//! What the provider's forms send.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http::header::{HeaderMap, SET_COOKIE};
use notespot_metadata::MetadataError;
use notespot_metadata::accounts::Account;
use notespot_protocol::{Timestamp, UserId};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::LocalProvider;
use super::attempts::{Attempt, NotNow, folded};
use super::browser::BrowserSession;
use super::request::AuthorizeRequest;
use super::screens::{self, FormPage};
use crate::audit;
use crate::client_address::Origin;
use crate::identity::accounts::{self, NewAccount, NewAccountError};
use crate::identity::passwords::PasswordError;

pub(super) const SIGN_IN: &str = "/oauth/sign-in";
pub(super) const CREATE_ACCOUNT: &str = "/oauth/create-account";
pub(super) const CONTINUE: &str = "/oauth/continue";

const NOT_OURS: &str = "This page was open for too long, or cookies are turned off. Please try again.";
const WRONG: &str = "The e-mail address or the password is not right.";

#[derive(Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    request: String,
    #[serde(default)]
    seal: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

#[derive(Deserialize)]
pub(super) struct CreateAccountForm {
    #[serde(default)]
    request: String,
    #[serde(default)]
    seal: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

#[derive(Deserialize)]
pub(super) struct ContinueForm {
    #[serde(default)]
    request: String,
    #[serde(default)]
    seal: String,
    #[serde(default)]
    decision: String,
}

/// Why somebody is not signed in.
enum NotSignedIn {
    /// Whose, where there is such an account.
    WrongPassword(Option<UserId>),
    Busy,
    Unavailable(MetadataError),
}

pub(super) async fn sign_in(
    State(provider): State<Arc<LocalProvider>>,
    Origin(address): Origin,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Response {
    let request = match AuthorizeRequest::read(&form.request, &provider.client_id) {
        Ok(request) => request,
        Err(refusal) => return screens::refused(&refusal),
    };
    let page = FormPage { provider: &provider, headers: &headers, request: &request };
    let email = form.email.trim();
    let again = |status, text: &str| page.sign_in(status, email, Some(text.to_owned()));
    if !provider.browser.sealed(&headers, &form.seal) {
        return again(StatusCode::FORBIDDEN, NOT_OURS).await;
    }
    let is_known = provider.knows(&headers, email).await;
    let attempt = Attempt { address, email: Some(email), is_known };
    match provider.attempts.begin(attempt, Timestamp::now()).await {
        Ok(()) => {}
        Err(NotNow::TooMany(wait)) => {
            audit::sign_in_failed(None, address);
            let response = again(StatusCode::TOO_MANY_REQUESTS, &screens::too_many_text(wait)).await;
            return screens::with_retry_after(response, wait);
        }
        Err(NotNow::Unavailable(error)) => return screens::unavailable(&error),
    }
    match provider.person_with(email, form.password).await {
        Ok(account) => {
            if let Err(error) = provider.attempts.forgive(attempt).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "an attempt counts that was none");
            }
            audit::signed_in(&account.id, address);
            provider.welcome(&request, &account).await
        }
        Err(NotSignedIn::WrongPassword(account)) => {
            audit::sign_in_failed(account.as_ref(), address);
            again(StatusCode::FORBIDDEN, WRONG).await
        }
        Err(NotSignedIn::Busy) => {
            provider.attempts.take_back(attempt).await;
            again(StatusCode::SERVICE_UNAVAILABLE, &NewAccountError::Busy.to_string()).await
        }
        Err(NotSignedIn::Unavailable(error)) => {
            provider.attempts.take_back(attempt).await;
            screens::unavailable(&error)
        }
    }
}

pub(super) async fn create_account(
    State(provider): State<Arc<LocalProvider>>,
    Origin(address): Origin,
    headers: HeaderMap,
    Form(form): Form<CreateAccountForm>,
) -> Response {
    let request = match AuthorizeRequest::read(&form.request, &provider.client_id) {
        Ok(request) => request,
        Err(refusal) => return screens::refused(&refusal),
    };
    let page = FormPage { provider: &provider, headers: &headers, request: &request };
    let (name, email) = (form.name, form.email);
    let again = |status, problems, alert: Option<&str>| {
        page.create_account(status, (name.trim(), email.trim()), problems, alert.map(str::to_owned))
    };
    if !provider.browser.sealed(&headers, &form.seal) {
        return again(StatusCode::FORBIDDEN, Vec::new(), Some(NOT_OURS));
    }
    let new = NewAccount { email: email.clone(), name: name.clone(), password: form.password };
    let problems = accounts::problems_of(&new);
    if !problems.is_empty() {
        return again(StatusCode::UNPROCESSABLE_ENTITY, problems, None);
    }
    let _first = provider.signing_up.lock().await;
    match provider.may_sign_up().await {
        Ok(true) => {}
        Ok(false) => {
            let text = "New accounts are not open on this server. Ask the person who runs it.";
            return page.sign_in(StatusCode::FORBIDDEN, email.trim(), Some(text.to_owned())).await;
        }
        Err(error) => return screens::unavailable(&error),
    }
    let attempt = Attempt { address, email: None, is_known: false };
    match provider.attempts.begin(attempt, Timestamp::now()).await {
        Ok(()) => {}
        Err(NotNow::TooMany(wait)) => {
            let text = screens::too_many_text(wait);
            let response = again(StatusCode::TOO_MANY_REQUESTS, Vec::new(), Some(&text));
            return screens::with_retry_after(response, wait);
        }
        Err(NotNow::Unavailable(error)) => return screens::unavailable(&error),
    }
    match accounts::save(&*provider.accounts, &provider.passwords, new).await {
        Ok(account) => {
            audit::account_made(&account.id, address);
            provider.welcome(&request, &account).await
        }
        Err(NewAccountError::Unavailable(error)) => screens::unavailable(&error),
        Err(problem @ NewAccountError::EmailTaken) => again(StatusCode::CONFLICT, vec![problem], None),
        Err(problem) => again(StatusCode::SERVICE_UNAVAILABLE, vec![problem], None),
    }
}

pub(super) async fn go_on(
    State(provider): State<Arc<LocalProvider>>,
    Origin(address): Origin,
    headers: HeaderMap,
    Form(form): Form<ContinueForm>,
) -> Response {
    let request = match AuthorizeRequest::read(&form.request, &provider.client_id) {
        Ok(request) => request,
        Err(refusal) => return screens::refused(&refusal),
    };
    let page = FormPage { provider: &provider, headers: &headers, request: &request };
    let known = match provider.known_person(&headers).await {
        Ok(known) => known,
        Err(error) => return screens::unavailable(&error),
    };
    let Some((session, account)) = known else {
        return page.sign_in(StatusCode::FORBIDDEN, "", Some("Please sign in again.".to_owned())).await;
    };
    if !provider.browser.sealed(&headers, &form.seal) {
        return page.go_on(StatusCode::FORBIDDEN, account.name, account.email);
    }
    if form.decision == "cancel" {
        return screens::refused(&request.refusal("access_denied", "The person cancelled."));
    }
    audit::signed_in(&account.id, address);
    provider.grant(&request, &session).await
}

impl LocalProvider {
    /// Whether this account was signed in to in this browser before. A store that does not answer knows nobody.
    async fn knows(&self, headers: &HeaderMap, email: &str) -> bool {
        let known = self.known_person(headers).await;
        matches!(known, Ok(Some((_, account))) if folded(&account.email) == folded(email))
    }

    /// The account, if the password is its own. Takes as long where there is no account.
    async fn person_with(&self, email: &str, password: String) -> Result<Account, NotSignedIn> {
        let account = match self.accounts.account_by_email(email).await {
            Ok(account) => Some(account),
            Err(MetadataError::NotFound) => None,
            Err(error) => return Err(NotSignedIn::Unavailable(error)),
        };
        let hash = account.as_ref().map_or(&self.nobodys_hash, |account| &account.password_hash).clone();
        let matches = self.passwords.matches(Zeroizing::new(password), hash).await;
        let matches = matches.map_err(|error| match error {
            PasswordError::Busy => NotSignedIn::Busy,
            PasswordError::Argon2(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a password hash is unreadable");
                NotSignedIn::Busy
            }
        })?;
        match account {
            Some(account) if matches => Ok(account),
            other => Err(NotSignedIn::WrongPassword(other.map(|account| account.id))),
        }
    }

    /// Remembers the browser, and answers the app.
    async fn welcome(&self, request: &AuthorizeRequest, account: &Account) -> Response {
        let session = BrowserSession { account: account.id.clone(), authenticated_at: Timestamp::now() };
        let mut response = self.grant(request, &session).await;
        if let Some(cookie) = self.browser.session_cookie(&session) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}
