//! The provider's pages.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{HeaderMap, HeaderValue, RETRY_AFTER, SET_COOKIE};

use super::LocalProvider;
use super::attempts::TooMany;
use super::request::{AuthorizeRequest, Refusal};
use crate::identity::accounts::NewAccountError;
use crate::pages::{self, FormsMayGoTo};

/// What every form carries along.
pub(super) struct Carried {
    query: String,
    seal: String,
}

#[derive(Template)]
#[template(path = "identity/sign_in.html")]
pub(super) struct SignInScreen {
    carried: Carried,
    pub(super) email: String,
    pub(super) alert: Option<String>,
    pub(super) create_account: Option<String>,
}

#[derive(Template)]
#[template(path = "identity/create_account.html")]
pub(super) struct CreateAccountScreen {
    carried: Carried,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) alert: Option<String>,
    pub(super) problems: FieldProblems,
    pub(super) sign_in: String,
}

#[derive(Template)]
#[template(path = "identity/continue.html")]
pub(super) struct ContinueScreen {
    carried: Carried,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) other_account: String,
}

#[derive(Template)]
#[template(path = "identity/signed_in.html")]
struct SignedInScreen {
    target: String,
}

/// What is wrong with each field of a new account.
#[derive(Default)]
pub(super) struct FieldProblems {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) password: Option<String>,
}

impl FieldProblems {
    fn any(&self) -> bool {
        self.name.is_some() || self.email.is_some() || self.password.is_some()
    }

    /// Those that belong to a field; anything else is returned to be shown above the form.
    pub(super) fn sort(problems: Vec<NewAccountError>) -> (Self, Option<String>) {
        let mut sorted = Self::default();
        let mut alert = None;
        for problem in problems {
            let place = match problem {
                NewAccountError::Name => &mut sorted.name,
                NewAccountError::Email | NewAccountError::EmailTaken => &mut sorted.email,
                NewAccountError::PasswordTooShort | NewAccountError::PasswordTooLong => &mut sorted.password,
                NewAccountError::Unavailable(_) | NewAccountError::Busy => &mut alert,
            };
            *place = Some(problem.to_string());
        }
        (sorted, alert)
    }
}

/// Shows a form of this provider, tied to the browser that asked.
pub(super) struct FormPage<'a> {
    pub(super) provider: &'a LocalProvider,
    pub(super) headers: &'a HeaderMap,
    pub(super) request: &'a AuthorizeRequest,
}

impl FormPage<'_> {
    pub(super) async fn sign_in(&self, status: StatusCode, email: &str, alert: Option<String>) -> Response {
        let create_account = match self.provider.may_sign_up().await {
            Ok(may) => may.then(|| self.at_prompt("create")),
            Err(error) => return unavailable(&error),
        };
        self.show(status, |carried| SignInScreen { carried, email: email.to_owned(), alert, create_account })
    }

    pub(super) fn create_account(
        &self,
        status: StatusCode,
        (name, email): (&str, &str),
        problems: Vec<NewAccountError>,
        alert: Option<String>,
    ) -> Response {
        let (problems, other) = FieldProblems::sort(problems);
        self.show(status, |carried| CreateAccountScreen {
            carried,
            name: name.to_owned(),
            email: email.to_owned(),
            alert: alert.or(other),
            problems,
            sign_in: self.at_prompt("login"),
        })
    }

    pub(super) fn go_on(&self, status: StatusCode, name: String, email: String) -> Response {
        let other_account = self.at_prompt("login");
        self.show(status, |carried| ContinueScreen { carried, name, email, other_account })
    }

    fn at_prompt(&self, prompt: &str) -> String {
        format!("/oauth/authorize?{}", self.request.query_with_prompt(prompt))
    }

    fn show<T: Template>(&self, status: StatusCode, screen: impl FnOnce(Carried) -> T) -> Response {
        let Some(seal) = self.provider.browser.seal(self.headers) else {
            return failed(StatusCode::SERVICE_UNAVAILABLE);
        };
        let carried = Carried { query: self.request.query.clone(), seal: seal.token };
        let allowed = FormsMayGoTo::SelfAnd(self.request.redirect.form_action());
        let mut response = pages::html(status, &screen(carried), &allowed);
        if let Some(cookie) = seal.cookie {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

/// The end of a sign-in: a page that opens the app, or a plain redirect to a loopback listener, which
/// has a page of its own.
///
/// The page stays in the browser after another program took over, which a form would not; its
/// redirect is a `meta refresh`, and a link for browsers that ask for a click.
pub(super) fn signed_in(request: &AuthorizeRequest, answer: &[(&str, &str)]) -> Response {
    let target = request.redirect.with(answer);
    if request.redirect.opens_the_app() {
        pages::html(StatusCode::OK, &SignedInScreen { target }, &FormsMayGoTo::Nowhere)
    } else {
        see_other(&target)
    }
}

/// Tells the app, or the person where the app cannot be told.
pub(super) fn refused(refusal: &Refusal) -> Response {
    match (refusal, refusal.target()) {
        (_, Some(target)) => redirect(StatusCode::FOUND, &target),
        (Refusal::Page(text), None) => {
            pages::failed(StatusCode::BAD_REQUEST, "This sign-in cannot go on", text)
        }
        (Refusal::Redirect { .. }, None) => failed(StatusCode::BAD_REQUEST),
    }
}

pub(super) fn see_other(target: &str) -> Response {
    redirect(StatusCode::SEE_OTHER, target)
}

fn redirect(status: StatusCode, target: &str) -> Response {
    let Ok(location) = HeaderValue::try_from(target) else { return failed(StatusCode::BAD_REQUEST) };
    let headers = [
        (http::header::LOCATION, location),
        (http::header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (http::header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (status, headers).into_response()
}

/// The database did not answer: logged here, said without detail.
pub(super) fn unavailable(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error, "the identity provider failed");
    failed(StatusCode::SERVICE_UNAVAILABLE)
}

pub(super) fn failed(status: StatusCode) -> Response {
    pages::failed(
        status,
        "Signing in does not work at the moment",
        "Something on this server failed. Try again in a moment.",
    )
}

/// With the time after which another attempt is worth it.
pub(super) fn with_retry_after(mut response: Response, TooMany(left): TooMany) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(left.as_secs() + 1));
    response
}

pub(super) fn too_many_text(TooMany(left): TooMany) -> String {
    let minutes = left.as_secs().div_ceil(60).max(1);
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    format!("There were too many attempts. Try again in {minutes} {unit}.")
}
