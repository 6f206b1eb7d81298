//! What a token must say, once its signature is known to be right.

use std::time::Duration;

use jsonwebtoken::{Algorithm, Header};
use notespot_protocol::Timestamp;
use serde::Deserialize;

use super::{AuthError, refused};
use crate::identity::clerk::OpaqueToken;

/// How far the provider's clock and ours may differ; what Clerk's own verifier allows.
pub(super) const SKEW: Duration = Duration::from_secs(5);
/// OpenID Connect Core §2: `sub` is at most 255 characters.
const SUBJECT_MAX: usize = 255;

/// The claims that this server reads. One of another type than here makes the token unreadable.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    pub(super) sub: String,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    aud: Option<Audience>,
    client_id: Option<String>,
    scope: Option<String>,
    scp: Option<Vec<String>>,
    azp: Option<String>,
    sts: Option<String>,
    sid: Option<String>,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
}

impl Claims {
    /// When the token was made; long ago where it does not say it.
    #[expect(clippy::cast_possible_truncation, reason = "casts of floats stop at the ends of the type")]
    pub(super) fn issued_at(&self) -> Timestamp {
        Timestamp::from_millis((self.iat.unwrap_or_default() * 1000.0) as i64)
    }

    /// When the token ends. What is beyond all times ends never.
    #[expect(clippy::cast_possible_truncation, reason = "casts of floats stop at the ends of the type")]
    pub(super) fn ends_at(&self) -> Timestamp {
        Timestamp::from_millis((self.exp * 1000.0) as i64)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// What a token is by its `typ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An OAuth access token (RFC 9068): it must name the client.
    Access,
    /// A session token of Clerk's: it must name the party that may show it.
    Session,
}

/// What the tokens of one issuer are held to.
pub(super) struct Rules {
    pub(super) issuer: String,
    client_id: String,
    authorized_parties: Vec<String>,
}

/// `typ` and the algorithm, before anything else is believed.
pub(super) fn check_header(header: &Header) -> Result<Kind, AuthError> {
    let typ = header.typ.as_deref().map(str::to_ascii_lowercase);
    let kind = match typ.as_deref() {
        Some("at+jwt" | "application/at+jwt") => Kind::Access,
        Some("jwt") => Kind::Session,
        _ => return Err(refused("wrong typ")),
    };
    // Anything else would let the one who made the token choose how it is checked.
    if header.alg != Algorithm::RS256 {
        return Err(refused("wrong algorithm"));
    }
    // RFC 7515 §4.1.11: what is critical and not understood must be refused; nothing is understood.
    if header.crit.is_some() {
        return Err(refused("critical header"));
    }
    Ok(kind)
}

impl Rules {
    pub(super) fn new(issuer: &str, client_id: &str, authorized_parties: &[String]) -> Self {
        Self {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            authorized_parties: authorized_parties.to_vec(),
        }
    }

    /// Who made it, for whom, and whether it is valid at `now`.
    pub(super) fn check(
        &self,
        claims: &Claims,
        kind: Kind,
        audience: &str,
        now: Timestamp,
    ) -> Result<(), AuthError> {
        if claims.iss != self.issuer {
            return Err(refused("wrong issuer"));
        }
        check_subject(&claims.sub)?;
        // Absent unless a resource was granted; then it must be this one.
        if claims.aud.as_ref().is_some_and(|aud| !aud.names(audience)) {
            return Err(refused("wrong aud"));
        }
        match kind {
            Kind::Access => self.check_client(claims)?,
            Kind::Session => self.check_session(claims)?,
        }
        check_times(claims, now)
    }

    /// The same for an opaque token, which Clerk has explained. It is the instance's: that is what the key says.
    pub(super) fn check_opaque(
        &self,
        token: &OpaqueToken,
        audience: &str,
        now: Timestamp,
    ) -> Result<(), AuthError> {
        check_subject(&token.subject)?;
        if !token.aud.is_empty() && !names(&token.aud, audience) {
            return Err(refused("wrong aud"));
        }
        if token.client_id != self.client_id {
            return Err(refused("wrong client_id"));
        }
        if !token.scopes.is_empty() {
            check_scopes(token.scopes.iter().map(String::as_str))?;
        }
        if token.ends_at_millis() <= now.minus(SKEW).as_millis() {
            return Err(refused("expired"));
        }
        Ok(())
    }

    fn check_client(&self, claims: &Claims) -> Result<(), AuthError> {
        match &claims.client_id {
            Some(client) if *client == self.client_id => {}
            Some(_) => return Err(refused("wrong client_id")),
            None => return Err(refused("no client_id")),
        }
        match (&claims.scope, &claims.scp) {
            (_, Some(scp)) => check_scopes(scp.iter().map(String::as_str)),
            (Some(scope), None) => check_scopes(scope.split(' ')),
            (None, None) => Ok(()),
        }
    }

    fn check_session(&self, claims: &Claims) -> Result<(), AuthError> {
        // An ID token ends here: it says who somebody is, and opens nothing.
        if !claims.azp.as_ref().is_some_and(|azp| self.authorized_parties.contains(azp)) {
            return Err(refused("no authorized azp"));
        }
        // Tokens that a page made for somebody else, by a template, have the same shape and name no session.
        if claims.sid.as_ref().is_none_or(String::is_empty) {
            return Err(refused("no session"));
        }
        // Clerk marks a session that still owes a step, such as a second factor.
        if claims.sts.as_deref() == Some("pending") {
            return Err(refused("pending session"));
        }
        Ok(())
    }
}

/// A token that somebody signed in for. Our app always asks for `openid`.
fn check_scopes<'a>(mut scopes: impl Iterator<Item = &'a str>) -> Result<(), AuthError> {
    if scopes.any(|scope| scope == "openid") { Ok(()) } else { Err(refused("no openid scope")) }
}

fn check_subject(sub: &str) -> Result<(), AuthError> {
    let fits = !sub.is_empty() && sub.chars().count() <= SUBJECT_MAX;
    if fits { Ok(()) } else { Err(refused("no sub")) }
}

fn names(audiences: &[String], audience: &str) -> bool {
    audiences.iter().any(|aud| aud.trim_end_matches('/') == audience)
}

impl Audience {
    fn names(&self, audience: &str) -> bool {
        match self {
            Self::One(aud) => names(std::slice::from_ref(aud), audience),
            Self::Many(many) => names(many, audience),
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "seconds since 1970 are exact in an f64")]
fn check_times(claims: &Claims, now: Timestamp) -> Result<(), AuthError> {
    let now = now.as_millis() as f64 / 1000.0;
    let skew = SKEW.as_secs_f64();
    if claims.exp <= now - skew {
        return Err(refused("expired"));
    }
    if claims.nbf.is_some_and(|nbf| nbf > now + skew) || claims.iat.is_some_and(|iat| iat > now + skew) {
        return Err(refused("not valid yet"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW_SECS: i64 = 1_800_000_000;
    const AUDIENCE: &str = "https://notes.example";

    fn check(change: &serde_json::Value) -> Result<(), &'static str> {
        check_as(Kind::Access, change)
    }

    fn check_as(kind: Kind, change: &serde_json::Value) -> Result<(), &'static str> {
        let mut claims = json!({
            "iss": "https://clerk.example", "sub": "user_1", "exp": NOW_SECS + 60, "nbf": NOW_SECS,
            "iat": NOW_SECS, "client_id": "desktop",
        });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let rules = Rules::new("https://clerk.example", "desktop", &["https://web.example".to_owned()]);
        let claims: Claims = serde_json::from_value(claims).map_err(|_| "unreadable claims")?;
        let now = Timestamp::from_millis(NOW_SECS * 1000);
        rules.check(&claims, kind, AUDIENCE, now).map_err(|error| match error {
            AuthError::NotSignedIn { reason } => reason,
            AuthError::Unavailable | AuthError::Busy { .. } => "unavailable",
        })
    }

    #[test]
    fn an_access_token_of_the_desktop_app_is_accepted() {
        assert_eq!(check(&json!({})), Ok(()));
        assert_eq!(check(&json!({"aud": "https://notes.example/"})), Ok(()));
        assert_eq!(check(&json!({"aud": ["https://other.example", AUDIENCE]})), Ok(()));
    }

    #[test]
    fn a_token_for_anybody_else_is_refused() {
        assert_eq!(check(&json!({"client_id": "other"})), Err("wrong client_id"));
        assert_eq!(check(&json!({"iss": "https://other.example"})), Err("wrong issuer"));
        assert_eq!(check(&json!({"aud": "https://other.example"})), Err("wrong aud"));
        assert_eq!(check(&json!({"sub": 7})), Err("unreadable claims"));
        assert_eq!(check(&json!({"sub": ""})), Err("no sub"));
    }

    #[test]
    fn an_id_token_opens_nothing() {
        for kind in [Kind::Access, Kind::Session] {
            assert!(check_as(kind, &json!({"client_id": null, "aud": "desktop"})).is_err());
            assert!(check_as(kind, &json!({"client_id": null})).is_err());
        }
        let azp = json!({"azp": "desktop"});
        assert_eq!(check_as(Kind::Session, &azp), Err("no authorized azp"), "a client is no party");
    }

    #[test]
    fn a_token_has_to_be_one_of_a_sign_in_where_it_says_its_scopes() {
        assert_eq!(check(&json!({"scp": ["openid", "email"]})), Ok(()));
        assert_eq!(check(&json!({"scope": "email openid"})), Ok(()));
        for other in [json!({"scp": ["email"]}), json!({"scope": "openids"}), json!({"scp": []})] {
            assert_eq!(check(&other), Err("no openid scope"));
        }
        assert_eq!(check(&json!({"scope": "openid", "scp": ["email"]})), Err("no openid scope"));
    }

    #[test]
    fn a_session_token_needs_an_authorized_party() {
        let session = |azp: &str, sts: &str| {
            check_as(Kind::Session, &json!({"client_id": null, "azp": azp, "sts": sts, "sid": "sess_1"}))
        };
        assert_eq!(session("https://web.example", "active"), Ok(()));
        assert_eq!(session("https://web.example", "pending"), Err("pending session"));
        assert!(session("https://evil.example", "active").is_err());
        for sid in [json!(null), json!("")] {
            let template = json!({"client_id": null, "azp": "https://web.example", "sid": sid});
            assert_eq!(check_as(Kind::Session, &template), Err("no session"));
        }
        // What one kind must say does not do for the other.
        assert_eq!(check(&json!({"client_id": null, "azp": "https://web.example"})), Err("no client_id"));
    }

    #[test]
    fn clocks_may_differ_by_five_seconds_and_no_more() {
        assert_eq!(check(&json!({"exp": NOW_SECS - 4})), Ok(()));
        assert_eq!(check(&json!({"exp": NOW_SECS - 5})), Err("expired"));
        assert_eq!(check(&json!({"nbf": NOW_SECS + 5})), Ok(()));
        assert_eq!(check(&json!({"nbf": NOW_SECS + 6})), Err("not valid yet"));
        assert_eq!(check(&json!({"iat": NOW_SECS + 6})), Err("not valid yet"));
    }
}
