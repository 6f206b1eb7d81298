//! Signing in: codes, tokens and their rotation.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::ACCESS_LASTS;
use super::minted::Minted;
use super::state::{Grant, Refresh, State, random_id};
use crate::sha256_of;

/// Why there is no token.
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) error: &'static str,
    pub(super) description: &'static str,
}

/// A code for whoever is signed in at the browser, or what is wrong with the request.
pub(super) fn grant(state: &State, asked: &HashMap<String, String>) -> Result<String, &'static str> {
    let value = |name: &str| asked.get(name).map_or("", String::as_str);
    if value("response_type") != "code" {
        return Err("The response type is not supported.");
    }
    if value("state").len() < 8 {
        return Err("The state is missing or does not have enough characters.");
    }
    if value("code_challenge_method") != "S256" || value("code_challenge").len() != 43 {
        return Err("Clients must use PKCE with S256.");
    }
    let grant = Grant {
        user: state.with(|inner| inner.browser.clone()),
        redirect_uri: value("redirect_uri").to_owned(),
        scope: value("scope").to_owned(),
        nonce: asked.get("nonce").cloned(),
        challenge: value("code_challenge").to_owned(),
    };
    let code = random_id("code_");
    state.with(|inner| inner.codes.insert(code.clone(), grant));
    Ok(code)
}

/// What the token endpoint answers.
pub(super) fn exchange(state: &Arc<State>, form: &BTreeMap<String, String>) -> Result<Value, Refused> {
    let value = |name: &str| form.get(name).map_or("", String::as_str);
    if value("client_id") != state.client_id {
        return Err(Refused { status: 401, error: "invalid_client", description: "The client is unknown." });
    }
    let invalid_grant = |description| {
        let status = state.with(|inner| inner.grant_refusal);
        Refused { status, error: "invalid_grant", description }
    };
    match value("grant_type") {
        "authorization_code" => {
            let grant = state.with(|inner| inner.codes.remove(value("code")));
            let grant = grant.ok_or_else(|| invalid_grant("The code is unknown or used."))?;
            let proof = sha256_of(value("code_verifier").as_bytes());
            let is_proven = URL_SAFE_NO_PAD.encode(proof.as_bytes()) == grant.challenge;
            if !is_proven || value("redirect_uri") != grant.redirect_uri {
                return Err(invalid_grant("The code was given to somebody else."));
            }
            Ok(tokens(state, &grant.user, &grant.scope, grant.nonce.as_deref()))
        }
        "refresh_token" => {
            let refresh = state.with(|inner| {
                let known = inner.refresh.get_mut(value("refresh_token"))?;
                let before = known.clone();
                known.is_spent = true;
                Some(before)
            });
            match refresh.filter(|refresh| !refresh.is_spent) {
                Some(Refresh { user, scope, .. }) => Ok(tokens(state, &user, &scope, None)),
                None => Err(invalid_grant("The refresh token is malformed or not valid.")),
            }
        }
        _ => Err(Refused { status: 400, error: "unsupported_grant_type", description: "It is not known." }),
    }
}

fn tokens(state: &Arc<State>, user: &str, scope: &str, nonce: Option<&str>) -> Value {
    let (opaque, refreshes, person) = state.with(|inner| {
        (inner.gives_opaque, inner.gives_refresh, inner.users.get(user).cloned().unwrap_or_default())
    });
    let has = |wanted: &str| scope.split(' ').any(|scope| scope == wanted);
    let access = if opaque {
        state.opaque_token(user, &state.client_id, scope)
    } else {
        Minted::access(state, user, &scope.split(' ').collect::<Vec<_>>()).sign()
    };
    let mut told = json!({
        "access_token": access, "token_type": "Bearer", "expires_in": ACCESS_LASTS.as_secs(), "scope": scope,
    });
    if refreshes && has("offline_access") {
        let token = random_id("ort_");
        let refresh = Refresh { user: user.to_owned(), scope: scope.to_owned(), is_spent: false };
        state.with(|inner| inner.refresh.insert(token.clone(), refresh));
        told["refresh_token"] = token.into();
    }
    if has("openid") {
        told["id_token"] = Minted::id_token(state, &person, nonce).sign().into();
    }
    told
}

/// Whose access token it is: by what it says, as only its own come here.
pub(super) fn user_of(state: &State, token: &str) -> Option<Value> {
    let of_opaque = state.with(|inner| inner.opaque.get(token).map(|told| told["subject"].clone()));
    let subject = of_opaque.or_else(|| {
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
        serde_json::from_slice::<Value>(&claims).ok().map(|claims| claims["sub"].clone())
    })?;
    state.with(|inner| inner.users.get(subject.as_str()?).cloned())
}

pub(super) async fn browse(page: &str) -> anyhow::Result<String> {
    let browser =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = browser.get(page).send().await?;
    let (status, location) = (answer.status(), answer.headers().get("location").cloned());
    ensure!(status.is_redirection(), "{status}: {}", answer.text().await?);
    Ok(location.context("a redirect to nowhere")?.to_str()?.to_owned())
}
