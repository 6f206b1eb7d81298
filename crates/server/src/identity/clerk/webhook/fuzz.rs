//! Deliveries that are not quite the sender's.

use http::{HeaderName, HeaderValue};
use notespot_testkit::{Damage, cases, damaged};
use proptest::prelude::*;

use super::*;
use crate::identity::Described;
use crate::identity::clerk::Event;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW_SECS: i64 = 1_614_265_330;
const BODY: &str = r#"{"type":"user.updated","data":{"id":"user_1","username":"ada","first_name":"Ada","last_name":null,"primary_email_address_id":"idn_1","email_addresses":[{"id":"idn_1","email_address":"ada@example.org"}],"updated_at":1614265330000}}"#;

fn secret() -> WebhookSecret {
    SECRET.parse().unwrap()
}

/// The three headers and the body of a delivery: what is believed, before something befalls it.
fn delivery(id: &str, body: &[u8]) -> [Vec<u8>; 4] {
    let seconds = NOW_SECS;
    let message = [format!("{id}.{seconds}.").as_bytes(), body].concat();
    let tag = STANDARD.encode(hmac::sign(&secret().0, &message));
    [id.into(), seconds.to_string().into_bytes(), format!("v1,{tag}").into_bytes(), body.to_vec()]
}

fn is_believed([id, timestamp, signature, body]: &[Vec<u8>; 4]) -> bool {
    let mut headers = HeaderMap::new();
    for (name, value) in [("svix-id", id), ("svix-timestamp", timestamp), ("svix-signature", signature)] {
        let Ok(value) = HeaderValue::from_bytes(value) else { return false };
        headers.insert(HeaderName::from_static(name), value);
    }
    signed(&headers, Timestamp::from_millis(NOW_SECS * 1000))
        .and_then(|signed| signed.is_true(&secret(), body))
        .is_ok()
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_flipped_bit_is_enough_not_to_be_believed(
        id in "[A-Za-z0-9_-]{1,128}",
        body in prop_oneof![Just(BODY.as_bytes().to_vec()), prop::collection::vec(any::<u8>(), 1..64)],
        where_ in 0..4_usize,
        bit in Damage::bit(),
    ) {
        let mut sent = delivery(&id, &body);
        prop_assert!(is_believed(&sent));
        bit.befall(&mut sent[where_]);
        prop_assert!(!is_believed(&sent));
    }

    #[test]
    fn headers_of_any_kind_are_refused_or_right(
        id in damaged(Just(b"msg_p5jXN8AQM9LWM0D4loKWxJek".to_vec())),
        timestamp in damaged(Just(b"1614265330".to_vec())),
        signature in damaged(Just(b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,AAAA".to_vec())),
        body in damaged(Just(br#"{"test": 2432232314}"#.to_vec())),
    ) {
        // Svix's own example: nothing else is signed so.
        let right = id == b"msg_p5jXN8AQM9LWM0D4loKWxJek" && body == br#"{"test": 2432232314}"#;
        prop_assert!(!is_believed(&[id, timestamp.clone(), signature, body]) || right && timestamp == b"1614265330");
    }

    #[test]
    fn a_body_is_read_or_refused(body in damaged(Just(BODY.as_bytes().to_vec()))) {
        if let Ok(Event::UserUpdated(user)) = Event::parse(&body) {
            let Described { profile, as_of, .. } = user.described();
            prop_assert!(profile.name.chars().count() <= 200 && !profile.name.chars().any(char::is_control));
            prop_assert_eq!(Timestamp::from_millis(as_of.as_millis()), as_of);
        }
    }

    #[test]
    fn a_secret_is_a_key_or_none(text in damaged(Just(SECRET.as_bytes().to_vec()))) {
        let Ok(text) = String::from_utf8(text) else { return Ok(()) };
        if text.parse::<WebhookSecret>().is_ok() {
            prop_assert!(text.trim().starts_with("whsec_") && text.trim().len() >= "whsec_".len() + KEY_MIN_BYTES * 4 / 3);
        }
    }
}
