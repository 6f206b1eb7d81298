//! The identity provider: Clerk, or the local one that speaks the same.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use notespot_network::shown;
use notespot_protocol::{Discovery, UserId};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AuthType, AuthorizationCode, ClientId, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl,
    RefreshToken, RequestTokenError, Scope, TokenResponse as _,
};
use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use url::Url;

use super::Pending;
use crate::answer;
use crate::http::Http;
use crate::{ClientError, Secret, SignInError};

/// Where no lifetime is told: short, and a 401 renews in any case.
const LIFETIME_UNTOLD: Duration = Duration::from_mins(5);
/// Renewed this long before the end, so that no call meets it on the way.
const LIFETIME_SLACK: Duration = Duration::from_mins(1);

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Revocation {
    revocation_endpoint: Option<Url>,
}

impl AdditionalProviderMetadata for Revocation {}

type Metadata = ProviderMetadata<
    Revocation,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// An access token, and until when it is used.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) token: Secret,
    pub(crate) until: Instant,
}

/// What a code or a refresh token was exchanged for.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access: Access,
    pub(crate) refresh_token: Option<Secret>,
}

/// An identity provider, as its discovery document and keys describe it.
pub(crate) struct Provider {
    http: Http,
    issuer: Url,
    metadata: Metadata,
    client_id: String,
}

impl Provider {
    /// Asks the issuer where its endpoints are and fetches its keys. The document must name exactly
    /// this issuer (OpenID Connect Discovery §4.3).
    pub(crate) async fn discover(http: &Http, issuer: &str, client_id: &str) -> Result<Self, ClientError> {
        let bad = |reason| ClientError::from(SignInError::BadAnswer { reason });
        let url = Url::parse(issuer).map_err(|_| bad("the issuer is no URL"))?;
        let issuer_url = IssuerUrl::new(issuer.to_owned()).map_err(|_| bad("the issuer is no URL"))?;
        let transport = transport(http.clone());
        let metadata =
            Metadata::discover_async(issuer_url, &transport).await.map_err(|error| match error {
                openidconnect::DiscoveryError::Request(error) => unreachable(&url, error),
                _ => bad("the discovery document or its keys cannot be used"),
            })?;
        Ok(Self { http: http.clone(), issuer: url, metadata, client_id: client_id.to_owned() })
    }

    fn client(&self) -> Client {
        let client_id = ClientId::new(self.client_id.clone());
        // A public client has no secret: it names itself in the body (RFC 6749 §3.2.1).
        CoreClient::from_provider_metadata(self.metadata.clone(), client_id, None)
            .set_auth_type(AuthType::RequestBody)
    }

    /// A new sign-in, and the page that begins it.
    pub(crate) fn begin(
        &self,
        discovery: Discovery,
        redirect_uri: Url,
        ends: Instant,
    ) -> Result<Pending, ClientError> {
        let redirect = RedirectUrl::new(redirect_uri.to_string())
            .map_err(|_| SignInError::BadAnswer { reason: "the redirect is no URL" })?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = self.client().set_redirect_uri(redirect);
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in ["profile", "email", "offline_access"] {
            request = request.add_scope(Scope::new(scope.to_owned()));
        }
        let (page, state, nonce) = request.url();
        Ok(Pending { discovery, state, nonce, verifier, redirect_uri, page, ends })
    }

    /// Exchanges the code, and checks who signed in. Sent once: a code works once.
    pub(crate) async fn exchange(
        &self,
        code: Secret,
        verifier: PkceCodeVerifier,
        nonce: &Nonce,
        redirect_uri: &Url,
    ) -> Result<(UserId, Tokens), ClientError> {
        let redirect = RedirectUrl::new(redirect_uri.to_string())
            .map_err(|_| SignInError::BadAnswer { reason: "the redirect is no URL" })?;
        let client = self.client().set_redirect_uri(redirect);
        let transport = transport(self.http.clone());
        let answer = client
            .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
            .map_err(|_| SignInError::BadAnswer { reason: "there is no token endpoint" })?
            .set_pkce_verifier(verifier)
            .request_async(&transport)
            .await
            .map_err(|error| self.refused(error))?;
        let user = self.verified_user(&client, &answer, nonce)?;
        Ok((user, tokens(&answer)))
    }

    /// The ID token's subject, after signature, issuer, audience, expiry, nonce and access token
    /// hash were found right (OpenID Connect Core §3.1.3.7).
    fn verified_user(
        &self,
        client: &Client,
        answer: &CoreTokenResponse,
        nonce: &Nonce,
    ) -> Result<UserId, ClientError> {
        let bad = |reason| ClientError::from(SignInError::BadAnswer { reason });
        let id_token = answer.id_token().ok_or_else(|| bad("there is no ID token"))?;
        // Whatever the discovery document allows: neither `none` nor a shared secret signs for us.
        let algorithms =
            [CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, CoreJwsSigningAlgorithm::EcdsaP256Sha256];
        let verifier = client.id_token_verifier().set_allowed_algs(algorithms);
        let claims = id_token.claims(&verifier, nonce).map_err(|_| bad("the ID token does not verify"))?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = id_token.signing_alg().map_err(|_| bad("the ID token is not signed"))?;
            let key = id_token.signing_key(&verifier).map_err(|_| bad("the signing key is unknown"))?;
            let actual = AccessTokenHash::from_token(answer.access_token(), algorithm, key)
                .map_err(|_| bad("the access token hash cannot be computed"))?;
            if actual != *expected {
                return Err(bad("the access token is not the one that was signed for"));
            }
        }
        tracing::debug!(issuer = %self.issuer, "the ID token is verified");
        Ok(UserId(claims.subject().as_str().to_owned()))
    }

    /// Exchanges a refresh token for the next one. Sent once: a second arrival would be a replay.
    pub(crate) async fn refresh(&self, refresh_token: &Secret) -> Result<Tokens, ClientError> {
        let transport = transport(self.http.clone());
        let answer = self
            .client()
            .exchange_refresh_token(&RefreshToken::new(refresh_token.expose().to_owned()))
            .map_err(|_| SignInError::BadAnswer { reason: "there is no token endpoint" })?
            .request_async(&transport)
            .await
            .map_err(|error| self.refused(error))?;
        Ok(tokens(&answer))
    }

    /// Revokes a refresh token and all that came of it (RFC 7009).
    pub(crate) async fn revoke(&self, refresh_token: &Secret) -> Result<(), ClientError> {
        let Some(endpoint) = self.metadata.additional_metadata().revocation_endpoint.clone() else {
            return Ok(());
        };
        // No `token_type_hint`: Clerk documents these two, and a hint is nobody's duty to know.
        let form = [("token", refresh_token.expose()), ("client_id", &self.client_id)];
        let answer = self.http.send(self.http.request(Method::POST, endpoint).form(&form)).await?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(SignInError::BadAnswer { reason: "the token was not revoked" }.into())
    }

    /// `invalid_grant` ends the session, whatever the status (Clerk sends 400 or 401). The
    /// library's other errors hold the answer's bytes, tokens included: none of them is kept.
    fn refused(
        &self,
        error: RequestTokenError<TransportError, openidconnect::StandardErrorResponse<CoreErrorResponseType>>,
    ) -> ClientError {
        match error {
            RequestTokenError::ServerResponse(answer) => match answer.error() {
                CoreErrorResponseType::InvalidGrant => ClientError::SessionEnded,
                other => SignInError::Refused { error: other.as_ref().to_owned() }.into(),
            },
            RequestTokenError::Request(error) => unreachable(&self.issuer, error),
            _ => SignInError::BadAnswer { reason: "the token endpoint's answer cannot be read" }.into(),
        }
    }
}

fn tokens(answer: &CoreTokenResponse) -> Tokens {
    let lifetime = answer.expires_in().unwrap_or(LIFETIME_UNTOLD);
    // A token of less than two minutes is used for half its life.
    let used = lifetime.saturating_sub(LIFETIME_SLACK).max(lifetime / 2);
    Tokens {
        access: Access { token: Secret::new(answer.access_token().secret()), until: Instant::now() + used },
        refresh_token: answer.refresh_token().map(|token| Secret::new(token.secret())),
    }
}

/// What went wrong below the protocol.
#[derive(Debug, thiserror::Error)]
enum TransportError {
    #[error("no answer that can be read")]
    NoAnswer(#[source] Box<ClientError>),
    #[error("the answer has no valid head")]
    Head(#[source] http::Error),
    #[error("the identity provider failed")]
    ServerError,
}

fn unreachable(issuer: &Url, error: TransportError) -> ClientError {
    match error {
        TransportError::NoAnswer(error) => *error,
        TransportError::Head(_) | TransportError::ServerError => {
            ClientError::Unreachable { server: shown(issuer), source: None }
        }
    }
}

type Answered = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send>>;

/// Our own HTTP client, in the shape that the library calls: our user agent (some providers refuse
/// others), our trust store, no redirects, bounded bodies.
fn transport(http: Http) -> impl Fn(HttpRequest) -> Answered + Send + Sync {
    move |request| {
        let http = http.clone();
        Box::pin(async move {
            let no_answer = |error| TransportError::NoAnswer(Box::new(error));
            let request =
                reqwest::Request::try_from(request).map_err(|error| no_answer(ClientError::Setup(error)))?;
            let url = request.url().clone();
            let answer = http.execute(request).await.map_err(no_answer)?;
            if answer.status().is_server_error() || answer.status() == StatusCode::TOO_MANY_REQUESTS {
                // Not the session's end: it is kept, and tried again.
                return Err(TransportError::ServerError);
            }
            let mut head = http::Response::builder().status(answer.status());
            for (name, value) in answer.headers() {
                head = head.header(name, value);
            }
            let body = answer::body(&url, answer).await.map_err(no_answer)?;
            head.body(body).map_err(TransportError::Head)
        })
    }
}
