//! What the provider calls the person of a token.

use notespot_metadata::users::Profile;
use notespot_protocol::{Timestamp, UserId};
use serde::Deserialize;

use super::claims::SKEW;
use super::{
    AuthError, Described, Principal, RemoteKeys, Source, TrustedIssuer, Verifier, opaque, payload_of,
};
use crate::identity::clerk::Backend;
use crate::identity::names::display_name;
use crate::identity::outgoing::json_of;

/// What the provider tells of a person.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Said {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
}

impl Verifier {
    /// The profile of the token's person, as of when it is so, and whether they are banned: as the token says it, or
    /// else as the provider does. Only for a `principal` that [`verify`](Self::verify) made of the same `bearer`.
    ///
    /// A provider elsewhere that does not answer is no reason to turn anybody away: the name is empty then, and can
    /// be asked for later.
    pub async fn profile(&self, bearer: &str, principal: &Principal) -> Result<Described, AuthError> {
        // Before anything is asked: what is changed meanwhile is newer. Its clock may be behind.
        let asked_at = Timestamp::now().minus(SKEW);
        let told = display_name([principal.name.as_deref()]);
        if let Some(name) = told {
            let profile = Profile { id: principal.user.clone(), name, email: principal.email.clone() };
            return Ok(Described { profile, as_of: principal.issued_at, is_banned: None });
        }
        let trusted = self.trusted_of(bearer)?;
        let said = match (&trusted.opaque, &trusted.source) {
            (Some(clerk), _) => return Ok(of_clerk(&clerk.backend, principal).await),
            (None, Source::Local(provider)) => provider.profile(&principal.user).await?,
            (None, Source::Remote(keys)) => match userinfo(keys, bearer, &principal.user).await {
                Some(said) => said,
                None => return Ok(unknown(principal)),
            },
        };
        let email = principal.email.clone().or(said.email);
        let name = display_name([said.name.as_deref(), email.as_deref()]).unwrap_or_default();
        let profile = Profile { id: principal.user.clone(), name, email };
        Ok(Described { profile, as_of: asked_at, is_banned: None })
    }

    fn trusted_of(&self, bearer: &str) -> Result<&TrustedIssuer, AuthError> {
        match self.opaque().filter(|_| bearer.starts_with(opaque::PREFIX)) {
            Some((trusted, _)) => Ok(trusted),
            None => self.issuer_of(payload_of(bearer)?),
        }
    }
}

async fn of_clerk(backend: &Backend, principal: &Principal) -> Described {
    match backend.user(&principal.user).await {
        Ok(user) => user.described(),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "no profile; it is asked for later");
            unknown(principal)
        }
    }
}

/// Without a name, so that it is asked for later.
fn unknown(principal: &Principal) -> Described {
    let (id, email) = (principal.user.clone(), principal.email.clone());
    let profile = Profile { id, name: String::new(), email };
    Described { profile, as_of: Timestamp::from_millis(0), is_banned: None }
}

/// Of the token's own person (OpenID Connect Core §5.3). A session token cannot ask.
async fn userinfo(keys: &RemoteKeys, bearer: &str, user: &UserId) -> Option<Said> {
    #[derive(Deserialize)]
    struct UserInfo {
        sub: String,
        #[serde(flatten)]
        said: Said,
    }
    let request = keys.http.get(format!("{}/oauth/userinfo", keys.issuer)).bearer_auth(bearer);
    match json_of::<UserInfo>(request).await {
        // §5.3.2: another `sub` must not be used.
        Ok((info, _)) if info.sub == user.0 => Some(info.said),
        Ok(_) => {
            tracing::warn!(issuer = keys.issuer, "userinfo is of somebody else");
            None
        }
        Err(error) => {
            tracing::warn!(issuer = keys.issuer, error = &error as &dyn std::error::Error, "no profile");
            None
        }
    }
}
