//! Whether a Clerk instance is set up as this server and the desktop app need it.

use std::time::SystemTime;

use http::header::{DATE, HeaderMap};
use serde::Deserialize;
use url::Url;

use super::backend::{Application, Backend, BackendError};
use crate::findings::Outcome::{Doubtful, Fine, Wrong};
use crate::findings::{Finding, Outcome, finding, with_causes};
use crate::identity::STALE_AT_MOST;
use crate::identity::outgoing::{CallError, json_of};
use crate::secret::Secret;

/// What the verifier allows clocks to differ by.
const SKEW_SECS: u64 = 5;

/// What is known of an instance.
pub(crate) struct Instance<'a> {
    pub(crate) issuer: &'a Url,
    pub(crate) client_id: &'a str,
    pub(crate) authorized_parties: &'a [String],
    pub(crate) api: &'a Url,
    pub(crate) secret_key: Option<&'a Secret>,
    pub(crate) has_webhook_secret: bool,
}

/// The parts of an OpenID provider's document that matter here.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    #[serde(default)]
    scopes_supported: Vec<String>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kid: Option<String>,
    kty: Option<String>,
    alg: Option<String>,
}

/// Looks at everything, and changes nothing. Asks each thing once.
pub(crate) async fn check(instance: &Instance<'_>, http: &reqwest::Client) -> Vec<Finding> {
    let base = instance.issuer.as_str().trim_end_matches('/');
    let document = json_of(http.get(format!("{base}/.well-known/openid-configuration"))).await;
    let clock = document.as_ref().ok().map(|(_, headers)| clock(headers));
    let keys = json_of(http.get(format!("{base}/.well-known/jwks.json"))).await.map(|(keys, _)| keys);
    let kids = keys.as_ref().map(usable_kids).unwrap_or_default();
    let mut findings = vec![
        finding("issuer", issuer(base, document.map(|(document, _)| document))),
        finding("keys", published(keys, kids.len())),
    ];
    findings.extend(clock.map(|outcome| finding("clock", outcome)));
    match instance.secret_key {
        Some(key) => {
            let backend = Backend::new(instance.api.clone(), key.clone(), http.clone());
            findings.extend(of_backend(instance, &backend, &kids).await);
        }
        None => findings.push(finding(
            "secret key",
            Doubtful(
                "CLERK_SECRET_KEY is not set: opaque access tokens are refused, and names come from \
                /oauth/userinfo alone. Set it, unless that is meant."
                    .to_owned(),
            ),
        )),
    }
    findings.push(finding("webhooks", webhooks(instance.has_webhook_secret)));
    findings.push(finding("session tokens", parties(instance.authorized_parties)));
    findings
}

fn issuer(base: &str, document: Result<Document, CallError>) -> Outcome {
    let document = match document {
        Ok(document) => document,
        Err(error) => {
            return Wrong(format!(
                "{base}/.well-known/openid-configuration cannot be read: {}. Check NOTESPOT_ISSUER: it is the \
                 Frontend API URL under API keys.",
                with_causes(&error)
            ));
        }
    };
    if document.issuer != base {
        return Wrong(format!("It calls itself {}. Set NOTESPOT_ISSUER to that.", document.issuer));
    }
    let endpoints =
        [&document.authorization_endpoint, &document.token_endpoint, &document.revocation_endpoint];
    if endpoints.into_iter().any(Option::is_none) {
        return Wrong("Its document lacks an endpoint to sign in, to exchange or to revoke at.".to_owned());
    }
    let lacks = |supported: &[String], wanted: &str| {
        !supported.is_empty() && !supported.iter().any(|one| one == wanted)
    };
    if lacks(&document.code_challenge_methods_supported, "S256") {
        return Wrong("It does not know PKCE with S256.".to_owned());
    }
    if lacks(&document.scopes_supported, "offline_access") {
        return Wrong(
            "It does not know the scope offline_access, without which nobody stays signed in.".to_owned(),
        );
    }
    Fine(format!("{base} is there and calls itself so."))
}

fn usable_kids(keys: &Keys) -> Vec<String> {
    let usable = |key: &&Key| {
        key.kty.as_deref() == Some("RSA") && key.alg.as_deref().is_none_or(|algorithm| algorithm == "RS256")
    };
    keys.keys.iter().filter(usable).filter_map(|key| key.kid.clone()).collect()
}

fn published(keys: Result<Keys, CallError>, usable: usize) -> Outcome {
    match keys {
        Ok(_) if usable > 0 => Fine(format!("{usable} for RS256.")),
        Ok(_) => Wrong("There is none for RS256 at /.well-known/jwks.json.".to_owned()),
        Err(error) => Wrong(format!(
            "/.well-known/jwks.json cannot be read: {}. Servers that run believe the keys that they hold until they are \
             {} minutes old; then nobody gets in. Check the network to the issuer, and its status page.",
            with_causes(&error),
            STALE_AT_MOST.as_secs() / 60
        )),
    }
}

fn clock(headers: &HeaderMap) -> Outcome {
    let theirs = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    let Some(theirs) = theirs else { return Doubtful("It does not tell its time.".to_owned()) };
    let away = match theirs.duration_since(SystemTime::now()) {
        Ok(ahead) => ahead,
        Err(behind) => behind.duration(),
    };
    // Its header has whole seconds, and was on its way.
    if away.as_secs() <= SKEW_SECS + 1 {
        return Fine("It and this machine's agree.".to_owned());
    }
    Wrong(format!(
        "It and this machine's are {} s apart; at most {SKEW_SECS} s do no harm. Set up time \
         synchronisation (NTP) here.",
        away.as_secs()
    ))
}

async fn of_backend(instance: &Instance<'_>, backend: &Backend, published: &[String]) -> Vec<Finding> {
    if let Err(error) = backend.one_user().await {
        let advice = match error {
            BackendError::WrongKey => "Copy CLERK_SECRET_KEY again, from API keys in the dashboard.",
            _ => "Check that this machine may reach the Backend API, and try again.",
        };
        let said = format!("Listing one user failed: {}. {advice}", with_causes(&error));
        return vec![finding("secret key", Wrong(said))];
    }
    let key = match backend.kids().await {
        Ok(kids) if published.is_empty() || kids.iter().any(|kid| published.contains(kid)) => {
            Fine("It opens the Backend API of this instance.".to_owned())
        }
        Ok(_) => Wrong(
            "It is that of another instance than the issuer: test and live are two. Take both from the same page."
                .to_owned(),
        ),
        Err(error) => Doubtful(format!(
            "It opens the Backend API; whether of this instance is not known: {}.",
            with_causes(&error)
        )),
    };
    let application = match backend.application(instance.client_id).await {
        Ok(application) => judge(&application),
        Err(BackendError::NotFound) => Wrong(
            "There is no OAuth application with the client id of NOTESPOT_OAUTH_CLIENT_ID. Copy it again, from \
             OAuth applications in the dashboard."
                .to_owned(),
        ),
        Err(error) => Doubtful(format!("It could not be looked at: {}.", with_causes(&error))),
    };
    vec![finding("secret key", key), finding("OAuth application", application)]
}

fn judge(application: &Application) -> Outcome {
    let mut wrong = Vec::new();
    if !application.public {
        wrong.push("turn on Public: the desktop app has no secret".to_owned());
    }
    let deep_link = "notespot://auth/callback";
    for redirect in [deep_link, "http://127.0.0.1/callback"] {
        if !application.redirect_uris.iter().any(|uri| uri == redirect) {
            wrong.push(format!("add the redirect URI {redirect}"));
        }
    }
    for scope in ["profile", "email"] {
        if !application.scopes.split(' ').any(|one| one == scope) {
            wrong.push(format!("allow the scope {scope}"));
        }
    }
    if !wrong.is_empty() {
        return Wrong(format!("In its settings, {}.", wrong.join("; ")));
    }
    let mut doubtful = Vec::new();
    if !application.pkce_required {
        doubtful.push("require PKCE");
    }
    if !application.consent_screen_enabled {
        doubtful.push("turn on the consent screen: another program could take the app's scheme");
    }
    if doubtful.is_empty() {
        Fine("It is as the desktop app needs it.".to_owned())
    } else {
        Doubtful(format!("It works. To be safer, {}.", doubtful.join("; ")))
    }
}

fn webhooks(has_secret: bool) -> Outcome {
    if has_secret {
        return Fine(
            "The signing secret has the right form. Send a test event from the dashboard.".to_owned(),
        );
    }
    Doubtful(
        "CLERK_WEBHOOK_SECRET is not set: files of people who are deleted at Clerk stay here, and who is banned there gets in here. Add an endpoint for \
         user.updated and user.deleted."
            .to_owned(),
    )
}

fn parties(parties: &[String]) -> Outcome {
    let is_origin = |party: &String| {
        Url::parse(party).is_ok_and(|url| url.has_host() && url.origin().ascii_serialization() == *party)
    };
    match parties.iter().find(|party| !is_origin(party)) {
        Some(wrong) => Wrong(format!(
            "{wrong} in NOTESPOT_AUTHORIZED_PARTIES is no origin: scheme and host, without a slash at the end."
        )),
        None if parties.is_empty() => {
            Fine("None are accepted, which the desktop app does not need.".to_owned())
        }
        None => Fine(format!("Those of {} are accepted.", parties.join(", "))),
    }
}
