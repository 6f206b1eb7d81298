//! Keys that sign, and tokens that are signed by hand, so that any can be made.

use anyhow::anyhow;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::state::random_id;

/// An RSA key of 2,048 bits with the `kid` of an instance.
pub(super) struct Key {
    pub(super) kid: String,
    pair: RsaKeyPair,
}

/// JSON as a part of a token.
pub(super) fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

impl Key {
    pub(super) fn generate() -> anyhow::Result<Self> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("no key could be made"))?;
        Ok(Self { kid: random_id("ins_"), pair })
    }

    pub(super) fn jwk(&self) -> Value {
        let public = self.pair.public_key();
        json!({
            "use": "sig", "kty": "RSA", "kid": self.kid, "alg": "RS256",
            "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
        })
    }

    /// RS256.
    pub(super) fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let signed =
            self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature);
        // An empty signature is a token that nobody accepts: the test shows it.
        let signature = if signed.is_ok() { signature } else { Vec::new() };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// HS256 with what everybody knows of this key.
    pub(super) fn sign_with_public_key(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.pair.public_key().as_ref());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes())))
    }
}
