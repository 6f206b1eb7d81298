//! Which checksum an object store verifies, and a checksum of any of these kinds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{ChecksumError, Crc32c, Crc64Nvme, Sha256};

/// What an object store verifies of each part. The best that it has; the same for all parts of an upload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChecksumAlgorithm {
    /// CRC-64/NVME. The checksum of an object follows from those of its parts: it is over the full object.
    #[default]
    Crc64Nvme,
    /// CRC-32C. That of an object in parts is over the checksums of its parts.
    Crc32c,
    /// SHA-256. That of an object in parts is over the checksums of its parts.
    Sha256,
}

impl ChecksumAlgorithm {
    /// All of them, the best first: of the whole object, then the cheapest.
    pub const ALL: [Self; 3] = [Self::Crc64Nvme, Self::Crc32c, Self::Sha256];

    /// As the wire has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crc64Nvme => "crc64nvme",
            Self::Crc32c => "crc32c",
            Self::Sha256 => "sha256",
        }
    }

    /// Whether the checksum of an object in parts is over their checksums, and not over its bytes.
    #[must_use]
    pub const fn is_composite(self) -> bool {
        !matches!(self, Self::Crc64Nvme)
    }
}

/// A checksum, under the name of its algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Checksum {
    /// CRC-64/NVME.
    Crc64Nvme(Crc64Nvme),
    /// CRC-32C.
    Crc32c(Crc32c),
    /// SHA-256.
    Sha256(Sha256),
}

impl Checksum {
    /// What it was made with.
    #[must_use]
    pub const fn algorithm(&self) -> ChecksumAlgorithm {
        match self {
            Self::Crc64Nvme(_) => ChecksumAlgorithm::Crc64Nvme,
            Self::Crc32c(_) => ChecksumAlgorithm::Crc32c,
            Self::Sha256(_) => ChecksumAlgorithm::Sha256,
        }
    }

    /// Its bytes, in the order in which S3 has them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Crc64Nvme(crc) => crc.0.to_be_bytes().to_vec(),
            Self::Crc32c(crc) => crc.0.to_be_bytes().to_vec(),
            Self::Sha256(hash) => hash.as_bytes().to_vec(),
        }
    }

    /// As S3's headers carry it.
    #[must_use]
    pub fn to_base64(&self) -> String {
        BASE64.encode(self.to_bytes())
    }

    /// From S3's headers.
    pub fn from_base64(algorithm: ChecksumAlgorithm, text: &str) -> Result<Self, ChecksumError> {
        match algorithm {
            ChecksumAlgorithm::Crc64Nvme => text.parse().map(Self::Crc64Nvme),
            ChecksumAlgorithm::Crc32c => text.parse().map(Self::Crc32c),
            ChecksumAlgorithm::Sha256 => {
                let bytes = BASE64.decode(text).map_err(|_| ChecksumError)?;
                let bytes = bytes.try_into().map_err(|_| ChecksumError)?;
                Ok(Self::Sha256(Sha256::from_bytes(bytes)))
            }
        }
    }
}

/// Whatever stands beside it is not looked at, as everywhere; but two of them would leave open which is meant.
impl<'de> Deserialize<'de> for Checksum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Named {
            crc64nvme: Option<Crc64Nvme>,
            crc32c: Option<Crc32c>,
            sha256: Option<Sha256>,
        }

        match Named::deserialize(deserializer)? {
            Named { crc64nvme: Some(crc), crc32c: None, sha256: None } => Ok(Self::Crc64Nvme(crc)),
            Named { crc64nvme: None, crc32c: Some(crc), sha256: None } => Ok(Self::Crc32c(crc)),
            Named { crc64nvme: None, crc32c: None, sha256: Some(hash) } => Ok(Self::Sha256(hash)),
            _ => Err(serde::de::Error::custom("one of `crc64nvme`, `crc32c` and `sha256` is expected")),
        }
    }
}

impl From<Crc64Nvme> for Checksum {
    fn from(crc: Crc64Nvme) -> Self {
        Self::Crc64Nvme(crc)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ByteCount, PartToSend};

    fn all() -> [Checksum; 3] {
        [
            Checksum::Crc64Nvme(Crc64Nvme(0x0102_0304_0506_0708)),
            Checksum::Crc32c(Crc32c(0x0102_0304)),
            Checksum::Sha256(Sha256::from_bytes([7; 32])),
        ]
    }

    #[test]
    fn a_part_names_its_checksum_by_the_algorithm() {
        let texts = all().map(|checksum| {
            let part = PartToSend { number: 1, size: ByteCount(5), checksum };
            let text = serde_json::to_string(&part).unwrap();
            assert_eq!(serde_json::from_str::<PartToSend>(&text).unwrap(), part);
            assert!(text.contains(checksum.algorithm().as_str()), "{text}");
            text
        });
        assert_eq!(texts[0], r#"{"number":1,"size":5,"crc64nvme":"AQIDBAUGBwg="}"#);
        assert!(serde_json::from_str::<PartToSend>(r#"{"number":1,"size":5}"#).is_err());
        let two = r#"{"number":1,"size":5,"crc64nvme":"AQIDBAUGBwg=","crc32c":"AAAAAA=="}"#;
        assert!(serde_json::from_str::<PartToSend>(two).is_err());
        let beside = r#"{"crc32c":"AAAAAA==","crc64nvme":null,"":[1]}"#;
        assert_eq!(serde_json::from_str::<Checksum>(beside).unwrap(), Checksum::Crc32c(Crc32c(0)));
    }

    #[test]
    fn headers_are_read_as_they_are_written() {
        for checksum in all() {
            let text = checksum.to_base64();
            assert_eq!(Checksum::from_base64(checksum.algorithm(), &text), Ok(checksum));
            assert!(Checksum::from_base64(checksum.algorithm(), "AQID").is_err());
        }
    }

    #[test]
    fn the_names_are_those_of_the_wire() {
        for algorithm in ChecksumAlgorithm::ALL {
            assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.as_str());
        }
    }
}
