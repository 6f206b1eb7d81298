//! Checksums of content.

mod choice;

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use self::choice::{Checksum, ChecksumAlgorithm};

/// The text is not a checksum of the expected length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not a checksum of the expected form.")]
pub struct ChecksumError;

/// The SHA-256 of a whole file (FIPS 180-4), as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, specta::Type, utoipa::ToSchema)]
#[specta(transparent)]
// Capitals are read too: SQLite writes them.
#[schema(value_type = String, pattern = "^[0-9A-Fa-f]{64}$")]
pub struct Sha256(#[specta(type = String)] [u8; 32]);

impl Sha256 {
    /// From the digest's bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for Sha256 {
    type Err = ChecksumError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| ChecksumError)?;
        Ok(Self(bytes))
    }
}

/// CRC-64/NVME of a part or of a whole object, as S3's `x-amz-checksum-crc64nvme` carries it: eight
/// big-endian bytes in base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, pattern = "^[0-9A-Za-z+/]{10}[048AEIMQUYcgkosw]=$", examples("AAAAAAAAAAA="))]
pub struct Crc64Nvme(pub u64);

/// CRC-32C of a part, as S3's `x-amz-checksum-crc32c` carries it: four big-endian bytes in base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, pattern = "^[0-9A-Za-z+/]{5}[AQgw]==$", examples("AAAAAA=="))]
pub struct Crc32c(pub u32);

/// Big-endian bytes in base64.
macro_rules! in_base64 {
    ($name:ident($number:ty)) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&BASE64.encode(self.0.to_be_bytes()))
            }
        }

        impl FromStr for $name {
            type Err = ChecksumError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let bytes = BASE64.decode(text).map_err(|_| ChecksumError)?;
                Ok(Self(<$number>::from_be_bytes(bytes.try_into().map_err(|_| ChecksumError)?)))
            }
        }
    };
}

in_base64!(Crc64Nvme(u64));
in_base64!(Crc32c(u32));

macro_rules! as_text {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

as_text!(Sha256);
as_text!(Crc64Nvme);
as_text!(Crc32c);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_values_round_trip() {
        let text = "9f2c04b1".repeat(8);
        assert_eq!(text.parse::<Sha256>().unwrap().to_string(), text);
        let crc = Crc64Nvme(0x0102_0304_0506_0708);
        assert_eq!(crc.to_string(), "AQIDBAUGBwg=");
        assert_eq!(crc.to_string().parse::<Crc64Nvme>().unwrap(), crc);
    }

    #[test]
    fn other_lengths_are_refused() {
        assert!("9f2c".parse::<Sha256>().is_err());
        assert!("AQID".parse::<Crc64Nvme>().is_err());
    }
}
