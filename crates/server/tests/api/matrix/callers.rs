//! Kinds of callers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use notespot_protocol::{NewlyMadeToken, Scope, Timestamp};
use notespot_testkit::{Api, TestServer};
use serde_json::{Value, json};

use super::super::signed_in;
use super::calls::Access;
use crate::identity::forged::{part, sign};

/// What a caller has shown.
pub(super) enum Standing {
    /// Nothing that counts.
    Nobody,
    /// A personal access token with these scopes.
    Token(Vec<Scope>),
    /// Who signed in.
    Person,
}

impl Standing {
    pub(super) fn may(&self, access: Access) -> bool {
        match (self, access) {
            (_, Access::Anybody) | (Self::Person, _) => true,
            (Self::Token(scopes), Access::Scope(scope)) => scopes.contains(&scope),
            (Self::Token(_), Access::Person) | (Self::Nobody, _) => false,
        }
    }
}

pub(super) struct Caller {
    pub(super) name: &'static str,
    pub(super) token: Option<String>,
    pub(super) standing: Standing,
    /// Whose things are tried.
    pub(super) is_ada: bool,
}

/// One of each kind.
pub(super) async fn callers(server: &TestServer) -> Vec<Caller> {
    let access_token = signed_in::access_token(server).await;
    let ada = server.api(access_token.as_str()).unwrap();
    let mut callers = vec![
        Caller { name: "nobody", token: None, standing: Standing::Nobody, is_ada: false },
        Caller { name: "Ada", token: Some(access_token.clone()), standing: Standing::Person, is_ada: true },
    ];
    let bob = server.somebody("Bob").await.unwrap();
    let all = vec![Scope::Read, Scope::Upload, Scope::Manage];
    callers.push(Caller { name: "Bob", token: Some(bob), standing: Standing::Token(all), is_ada: false });
    for (name, scope) in
        [("a read token", Scope::Read), ("an upload token", Scope::Upload), ("a manage token", Scope::Manage)]
    {
        let token = Some(made(&ada, json!({ "scopes": [scope] })).await.secret);
        callers.push(Caller { name, token, standing: Standing::Token(vec![scope]), is_ada: true });
    }
    let all = json!(["read", "upload", "manage"]);
    let ended = made(&ada, json!({ "scopes": all, "ends_at": "2020-01-01T00:00:00Z" })).await;
    let revoked = made(&ada, json!({ "scopes": all })).await;
    ada.delete(&format!("/v1/tokens/{}", revoked.token.id)).await.unwrap();
    let refused = [("an expired access token", ended.secret), ("a revoked one", revoked.secret)];
    for (name, token) in refused.into_iter().chain(forged(server, &access_token).await) {
        callers.push(Caller { name, token: Some(token), standing: Standing::Nobody, is_ada: false });
    }
    callers
}

async fn made(ada: &Api, wanted: Value) -> NewlyMadeToken {
    let mut wanted = wanted;
    wanted["name"] = "a script".into();
    ada.post("/v1/tokens", &wanted).await.unwrap().json().unwrap()
}

/// JWTs that are almost Ada's: all but the last two signed with the provider's own key.
async fn forged(server: &TestServer, access_token: &str) -> Vec<(&'static str, String)> {
    let pkcs8 = std::fs::read(server.data_dir().join("identity/signing-key.p8")).unwrap();
    let keys = server.stranger().unwrap().get("/.well-known/jwks.json").await.unwrap().value().unwrap();
    let key = &keys["keys"][0];
    let kid = key["kid"].as_str().unwrap();
    let claims = access_token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let now = Timestamp::now().as_millis() / 1000;
    let with = |changes: &[(&str, Value)]| {
        let mut claims = claims.clone();
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        sign(&pkcs8, kid, &claims)
    };
    let genuine = server.api(with(&[])).unwrap().get("/v1/me").await.unwrap();
    assert_eq!(
        genuine.status, 200,
        "what is only signed again is let in, so that the others fail for their own reason"
    );

    let mut hs256 = Header::new(Algorithm::HS256);
    (hs256.typ, hs256.kid) = (Some("at+jwt".to_owned()), Some(kid.to_owned()));
    let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
    let hmac = jsonwebtoken::encode(&hs256, &claims, &EncodingKey::from_secret(&modulus)).unwrap();
    let none = part(&json!({ "alg": "none", "typ": "at+jwt", "kid": kid }));
    vec![
        (
            "an expired JWT",
            with(&[("exp", (now - 60).into()), ("iat", (now - 4000).into()), ("nbf", (now - 4000).into())]),
        ),
        ("a JWT from the future", with(&[("nbf", (now + 600).into())])),
        ("a JWT of another issuer", with(&[("iss", "https://clerk.example.org".into())])),
        ("a JWT for another client", with(&[("client_id", "another-app".into())])),
        ("a JWT with an unknown kid", sign(&pkcs8, "ins_unknown", &claims)),
        ("an unsigned JWT", format!("{none}.{}.", part(&claims))),
        ("a JWT signed with the public key", hmac),
    ]
}
