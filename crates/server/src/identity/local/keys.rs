//! The RSA key that signs tokens, and random secrets.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::Digest as _;
use zeroize::Zeroizing;

/// RS256 (RFC 7518 §3.3) with one key of 2,048 bits.
pub(super) struct SigningKey {
    pair: RsaKeyPair,
    kid: String,
    modulus: String,
    exponent: String,
}

/// A token could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignError {
    #[error("the claims cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error("RSA failed")]
    Rsa(#[from] aws_lc_rs::error::Unspecified),
}

/// A new key in PKCS#8.
pub(super) fn new_pkcs8() -> Option<Zeroizing<Vec<u8>>> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
    let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
    Some(Zeroizing::new(der.as_ref().to_vec()))
}

/// Bytes from the operating system's generator.
pub(super) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes)
}

/// 256 random bits as 43 characters: a code, a refresh token, the id of a token.
pub(super) fn random_text() -> Option<String> {
    random::<32>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

impl SigningKey {
    /// `None` if these are not the bytes of an RSA key.
    pub(super) fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).ok()?;
        let public = pair.public_key();
        let modulus = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let exponent = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        // RFC 7638 §3: these members, in this order, without white space.
        let thumbprint = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
        let kid = format!("ins_{}", &hex::encode(sha2::Sha256::digest(thumbprint))[..27]);
        Some(Self { pair, kid, modulus, exponent })
    }

    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    pub(super) fn verifying(&self) -> DecodingKey {
        // Both texts were encoded above, so that they can be decoded.
        DecodingKey::from_rsa_components(&self.modulus, &self.exponent)
            .unwrap_or_else(|_| DecodingKey::from_rsa_raw_components(&[], &[]))
    }

    /// RFC 7517.
    pub(super) fn jwks(&self) -> Value {
        json!({ "keys": [{
            "use": "sig", "kty": "RSA", "kid": self.kid, "alg": "RS256",
            "n": self.modulus, "e": self.exponent,
        }] })
    }

    /// A JWT (RFC 7519) with this `typ`.
    pub(super) fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SignError> {
        let header = json!({ "alg": "RS256", "kid": self.kid, "typ": typ });
        let part = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
        let message = format!("{}.{}", part(serde_json::to_vec(&header)?), part(serde_json::to_vec(claims)?));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)?;
        Ok(format!("{message}.{}", part(signature)))
    }
}
