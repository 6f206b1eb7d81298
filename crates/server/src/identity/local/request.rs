//! What an app asks of `/oauth/authorize` (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core
//! §3.1.2.1).

use std::collections::HashMap;

use super::redirect::Redirect;

/// Clerk asks for as many: shorter ones can be guessed.
const STATE_MIN_CHARS: usize = 8;
const VALUE_MAX_BYTES: usize = 1024;
/// A SHA-256 in base64url.
const CHALLENGE_CHARS: usize = 43;
pub(super) const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];
const DEFAULT_SCOPE: &str = "openid profile email";

/// A request that may be answered by redirect.
#[derive(Clone, Debug)]
pub(super) struct AuthorizeRequest {
    pub(super) redirect: Redirect,
    pub(super) state: String,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) challenge: String,
    pub(super) prompt: Prompt,
    /// The query, to be carried through the forms and read again after them.
    pub(super) query: String,
}

/// What the app wants to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    /// Whatever is shortest for the person.
    Unstated,
    /// Nothing.
    None,
    /// The password, in any case.
    Login,
    /// The account, to be confirmed.
    Consent,
    /// A new account (OpenID Connect, Initiating User Registration 1.0).
    Create,
}

/// Why a request is not carried out.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// Nothing is known of where an answer may go: the person is told, and nobody else.
    Page(&'static str),
    /// The app is told (RFC 6749 §4.1.2.1).
    Redirect {
        /// Where.
        redirect: Redirect,
        /// What the app sent, so that it knows its request again.
        state: Option<String>,
        /// The error code.
        error: &'static str,
        /// For the app's developer.
        description: &'static str,
    },
}

impl Refusal {
    /// The answer's target, where there is one.
    pub(super) fn target(&self) -> Option<String> {
        let Self::Redirect { redirect, state, error, description } = self else { return None };
        let mut answer = vec![("error", *error), ("error_description", *description)];
        if let Some(state) = state {
            answer.push(("state", state));
        }
        Some(redirect.with(&answer))
    }
}

impl AuthorizeRequest {
    /// Reads a query string. `client_id` is the only one that is registered.
    pub(super) fn read(query: &str, client_id: &str) -> Result<Self, Refusal> {
        let values = Values::read(query);
        if values.get("client_id") != Some(client_id) {
            return Err(Refusal::Page("The program that sent you here is not known to this server."));
        }
        let redirect = values.get("redirect_uri").and_then(Redirect::registered).ok_or(Refusal::Page(
            "The program that sent you here wants to be answered at an address that is not registered.",
        ))?;
        let state = values.get("state").map(str::to_owned);
        let refuse = |error, description| {
            Err(Refusal::Redirect { redirect: redirect.clone(), state: state.clone(), error, description })
        };
        if values.repeated || values.oversized {
            return refuse("invalid_request", "A parameter is repeated or too long.");
        }
        if values.get("response_type") != Some("code") {
            return refuse("unsupported_response_type", "response_type must be code.");
        }
        let Some(state) = state.clone().filter(|state| state.chars().count() >= STATE_MIN_CHARS) else {
            return refuse("invalid_request", "state must have at least 8 characters.");
        };
        let challenge = values.get("code_challenge").unwrap_or_default();
        if values.get("code_challenge_method") != Some("S256") || !is_challenge(challenge) {
            return refuse("invalid_request", "PKCE with S256 is required.");
        }
        let Some(prompt) = read_prompt(values.get("prompt")) else {
            return refuse("invalid_request", "prompt must be none, login, consent or create.");
        };
        Ok(Self {
            scope: granted_scope(values.get("scope")),
            nonce: values.get("nonce").map(str::to_owned),
            challenge: challenge.to_owned(),
            query: query.to_owned(),
            redirect,
            state,
            prompt,
        })
    }

    /// The same request at another page.
    pub(super) fn query_with_prompt(&self, prompt: &str) -> String {
        let rest = url::form_urlencoded::parse(self.query.as_bytes()).filter(|(name, _)| name != "prompt");
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(rest).append_pair("prompt", prompt).finish()
    }

    pub(super) fn refusal(&self, error: &'static str, description: &'static str) -> Refusal {
        Refusal::Redirect {
            redirect: self.redirect.clone(),
            state: Some(self.state.clone()),
            error,
            description,
        }
    }
}

/// The parameters of a query string or of a form.
pub(super) struct Values {
    named: HashMap<String, String>,
    /// RFC 6749 §3.1 and §3.2: to be refused.
    pub(super) repeated: bool,
    oversized: bool,
}

impl Values {
    pub(super) fn read(query: &str) -> Self {
        let mut read = Self { named: HashMap::new(), repeated: false, oversized: false };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            read.oversized |= value.len() > VALUE_MAX_BYTES;
            // RFC 6749 §3.1: not more than once, and empty is absent.
            if !value.is_empty() {
                read.repeated |= read.named.insert(name.into_owned(), value.into_owned()).is_some();
            }
        }
        read
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.named.get(name).map(String::as_str)
    }
}

fn is_challenge(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() == CHALLENGE_CHARS && text.bytes().all(allowed)
}

fn read_prompt(prompt: Option<&str>) -> Option<Prompt> {
    let Some(prompt) = prompt else { return Some(Prompt::Unstated) };
    let words: Vec<_> = prompt.split_ascii_whitespace().collect();
    match words.as_slice() {
        ["none"] => Some(Prompt::None),
        ["create"] => Some(Prompt::Create),
        ["consent"] => Some(Prompt::Consent),
        ["select_account" | "login"] | ["login", "consent"] | ["consent", "login"] => Some(Prompt::Login),
        _ => None,
    }
}

/// Those of the wanted scopes that there are (RFC 6749 §3.3 lets the others be ignored).
fn granted_scope(wanted: Option<&str>) -> String {
    let wanted = wanted.unwrap_or(DEFAULT_SCOPE);
    let granted: Vec<_> = SCOPES
        .into_iter()
        .filter(|scope| wanted.split_ascii_whitespace().any(|word| word == *scope))
        .collect();
    granted.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "response_type=code&client_id=app&redirect_uri=notespot%3A%2F%2Fauth%2Fcallback\
        &state=12345678&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
        &code_challenge_method=S256&scope=openid+offline_access+unknown&nonce=n";

    fn error_of(query: &str) -> &'static str {
        match AuthorizeRequest::read(query, "app").unwrap_err() {
            Refusal::Page(_) => "page",
            Refusal::Redirect { error, .. } => error,
        }
    }

    #[test]
    fn a_whole_request_is_read() {
        let request = AuthorizeRequest::read(GOOD, "app").unwrap();
        assert_eq!(request.scope, "openid offline_access");
        assert_eq!(request.nonce.as_deref(), Some("n"));
        assert_eq!(request.prompt, Prompt::Unstated);
        let again = AuthorizeRequest::read(&request.query_with_prompt("login"), "app").unwrap();
        assert_eq!((again.prompt, again.state), (Prompt::Login, request.state));
    }

    #[test]
    fn an_unknown_client_or_redirect_is_never_redirected() {
        assert_eq!(error_of(&GOOD.replace("client_id=app", "client_id=other")), "page");
        assert_eq!(error_of(&GOOD.replace("notespot%3A%2F%2Fauth", "https%3A%2F%2Fevil.example")), "page");
        assert_eq!(error_of(""), "page");
    }

    #[test]
    fn what_the_app_did_wrong_is_told_to_the_app() {
        for (from, to, error) in [
            ("response_type=code", "response_type=token", "unsupported_response_type"),
            ("state=12345678", "state=1234567", "invalid_request"),
            ("S256", "plain", "invalid_request"),
            ("E9Mel", "", "invalid_request"),
            ("nonce=n", "prompt=none+login", "invalid_request"),
            ("nonce=n", "state=87654321", "invalid_request"),
        ] {
            assert_eq!(error_of(&GOOD.replace(from, to)), error, "{from} → {to}");
        }
    }
}
