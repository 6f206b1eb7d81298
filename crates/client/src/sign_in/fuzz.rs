//! Links that anybody can make the browser open: `notespot://` and the loopback listener.

use notespot_protocol::{ByteCount, Limits, Timestamp};
use notespot_testkit::{Damage, cases};
use proptest::prelude::*;

use super::*;

const STATE: &str = "s-0123456789abcdef";
const ISSUER: &str = "https://notes.example";
const REDIRECTS: [&str; 2] = ["notespot://auth/callback", "http://127.0.0.1:49152/callback"];

fn pending(redirect: &str) -> Pending {
    Pending {
        discovery: Discovery {
            product: Discovery::PRODUCT.to_owned(),
            api_version: Discovery::API_VERSION,
            server_version: String::new(),
            public_url: ISSUER.to_owned(),
            issuer: ISSUER.to_owned(),
            oauth_client_id: "app".to_owned(),
            limits: Limits { file_bytes: ByteCount(1), batch_items: 1 },
            time: Timestamp::now(),
        },
        state: CsrfToken::new(STATE.to_owned()),
        nonce: Nonce::new("n".to_owned()),
        verifier: PkceCodeVerifier::new("v".repeat(43)),
        redirect_uri: redirect.parse().unwrap(),
        page: ISSUER.parse().unwrap(),
        ends: Instant::now() + LIFETIME,
    }
}

/// How often a link says something, and what.
fn said(link: &Url, name: &str) -> Vec<String> {
    link.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect()
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_link_counts_for_the_sign_in_that_it_belongs_to_and_no_other(
        redirect in prop::sample::select(REDIRECTS.to_vec()),
        code in "[A-Za-z0-9_-]{0,43}",
        error in prop::option::of("[a-z_]{0,200}"),
        issuer in prop::option::of(prop::sample::select(vec![ISSUER, "https://other.example"])),
        again in prop::option::of(prop::sample::select(vec![("iss", "https://other.example"), ("code", "c"), ("error", "e"), ("state", STATE)])),
        damages in prop::collection::vec(Damage::any(), 0..3),
    ) {
        let pending = pending(redirect);
        let mut link: Url = redirect.parse().unwrap();
        link.query_pairs_mut().append_pair("code", &code).append_pair("state", STATE);
        for (name, value) in [("error", error.as_deref()), ("iss", issuer)] {
            link.query_pairs_mut().extend_pairs(value.map(|value| (name, value)));
        }
        link.query_pairs_mut().extend_pairs(again);
        let mut text = link.as_str().as_bytes().to_vec();
        for damage in &damages {
            damage.befall(&mut text);
        }
        let Ok(link) = Url::parse(&String::from_utf8_lossy(&text)) else { return Ok(()) };
        let read = pending.read(&link);
        let is_ours = said(&link, "state") == [STATE] && link.path() == pending.redirect_uri.path();
        prop_assert!(matches!(read, Err(SignInError::Ignored)) || is_ours, "{link}");
        match read {
            Ok(Callback::Code(code)) => {
                prop_assert_eq!(said(&link, "code"), [code.expose()]);
                prop_assert!(said(&link, "error").is_empty());
                prop_assert!(said(&link, "iss").iter().all(|issuer| issuer == ISSUER));
            }
            Ok(Callback::Denied { error }) => prop_assert!(error.chars().count() <= 100),
            Err(_) => {}
        }
    }
}
