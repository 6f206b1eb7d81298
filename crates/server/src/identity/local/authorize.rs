//! `GET /oauth/authorize`: the page that fits what the app asked for and who the browser knows.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::StatusCode;
use http::header::HeaderMap;
use notespot_metadata::MetadataError;
use notespot_metadata::accounts::Account;
use notespot_protocol::Timestamp;

use super::LocalProvider;
use super::browser::BrowserSession;
use super::request::{AuthorizeRequest, Prompt};
use super::screens::{self, FormPage};

pub(super) async fn show(
    State(provider): State<Arc<LocalProvider>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let request = match AuthorizeRequest::read(query.as_deref().unwrap_or_default(), &provider.client_id) {
        Ok(request) => request,
        Err(refusal) => return screens::refused(&refusal),
    };
    let known = match provider.known_person(&headers).await {
        Ok(known) => known,
        Err(error) => return screens::unavailable(&error),
    };
    match provider.first_page(&request, known.is_some()).await {
        Err(error) => screens::unavailable(&error),
        Ok(page) => page.show(&provider, &headers, &request, known).await,
    }
}

enum FirstPage {
    NoneWanted,
    SignIn,
    CreateAccount,
    GoOn,
}

impl FirstPage {
    async fn show(
        self,
        provider: &LocalProvider,
        headers: &HeaderMap,
        request: &AuthorizeRequest,
        known: Option<(BrowserSession, Account)>,
    ) -> Response {
        let page = FormPage { provider, headers, request };
        match (self, known) {
            (Self::NoneWanted, None) => {
                screens::refused(&request.refusal("login_required", "Nobody is signed in in this browser."))
            }
            // RFC 8252 §8.6: without a person who agrees, another program that took the app's
            // redirect would get codes in silence.
            (Self::NoneWanted, Some(_)) => {
                screens::refused(&request.refusal("consent_required", "The person has to agree."))
            }
            (Self::CreateAccount, _) => page.create_account(StatusCode::OK, ("", ""), Vec::new(), None),
            (Self::GoOn, Some((_, account))) => page.go_on(StatusCode::OK, account.name, account.email),
            (Self::SignIn | Self::GoOn, _) => page.sign_in(StatusCode::OK, "", None).await,
        }
    }
}

impl LocalProvider {
    /// Who gave a password in this browser before, and still has an account.
    pub(super) async fn known_person(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<(BrowserSession, Account)>, MetadataError> {
        let Some(session) = self.browser.session(headers, Timestamp::now()) else { return Ok(None) };
        match self.accounts.account(&session.account).await {
            Ok(account) => Ok(Some((session, account))),
            Err(MetadataError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn first_page(&self, request: &AuthorizeRequest, known: bool) -> Result<FirstPage, MetadataError> {
        Ok(match request.prompt {
            Prompt::None => FirstPage::NoneWanted,
            Prompt::Create if self.may_sign_up().await? => FirstPage::CreateAccount,
            Prompt::Unstated | Prompt::Consent if known => FirstPage::GoOn,
            // Nobody could sign in yet: the first visit makes the account.
            Prompt::Unstated | Prompt::Consent
                if self.may_sign_up().await? && !self.accounts.any_account().await? =>
            {
                FirstPage::CreateAccount
            }
            Prompt::Login | Prompt::Create | Prompt::Unstated | Prompt::Consent => FirstPage::SignIn,
        })
    }
}
