//! Checksums as S3 has them: of a part, and of an object.
//!
//! The checksum of an object that came in parts is over the whole object with CRC-64/NVME, and with the
//! others over the checksums of its parts, with the number of parts behind it, as in `ugCmJg==-2`
//! (docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html, "Full object and
//! composite checksum types").

use notespot_protocol::{Checksum, ChecksumAlgorithm, ChecksumError, Crc32c, Crc64Nvme, Sha256};
use sha2::Digest as _;

/// The header that carries a checksum.
pub(crate) const fn header(algorithm: ChecksumAlgorithm) -> &'static str {
    match algorithm {
        ChecksumAlgorithm::Crc64Nvme => "x-amz-checksum-crc64nvme",
        ChecksumAlgorithm::Crc32c => "x-amz-checksum-crc32c",
        ChecksumAlgorithm::Sha256 => "x-amz-checksum-sha256",
    }
}

/// What a store says of an object or of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredChecksum {
    /// The value.
    pub value: Checksum,
    /// Where it is over the checksums of the object's parts: how many these are.
    pub parts: Option<u32>,
}

impl StoredChecksum {
    /// Over the bytes themselves.
    #[must_use]
    pub const fn of_bytes(value: Checksum) -> Self {
        Self { value, parts: None }
    }

    /// Of an object that came in so many parts: over its bytes, or over their checksums, as the
    /// algorithm has it.
    #[must_use]
    pub const fn of_parts(value: Checksum, count: u32) -> Self {
        Self { value, parts: if value.algorithm().is_composite() { Some(count) } else { None } }
    }

    /// Whether the store has other bytes than those that were announced. What is of another kind says
    /// nothing: some stores answer with a checksum of their own choice.
    #[must_use]
    pub fn contradicts(&self, announced: &Self) -> bool {
        let kind = |one: &Self| (one.value.algorithm(), one.parts.is_some());
        kind(self) == kind(announced) && self != announced
    }

    /// As S3 says it of an object.
    pub(crate) fn to_text(self) -> String {
        let value = self.value.to_base64();
        self.parts.map_or_else(|| value.clone(), |parts| format!("{value}-{parts}"))
    }

    /// From the texts of an answer, of which a store fills one in.
    pub(crate) fn read(
        crc64nvme: Option<String>,
        crc32c: Option<String>,
        sha256: Option<String>,
    ) -> Result<Option<Self>, ChecksumError> {
        let texts = [
            // What a store was asked for comes before what it does of its own accord.
            (ChecksumAlgorithm::Crc32c, crc32c),
            (ChecksumAlgorithm::Sha256, sha256),
            (ChecksumAlgorithm::Crc64Nvme, crc64nvme),
        ];
        let said = texts.into_iter().find_map(|(algorithm, text)| Some((algorithm, text?)));
        let Some((algorithm, text)) = said else { return Ok(None) };
        // No digit of base64 is a dash.
        let (value, parts) = match text.split_once('-') {
            Some((value, parts)) => (value, Some(parts.parse().map_err(|_| ChecksumError)?)),
            None => (text.as_str(), None),
        };
        Ok(Some(Self { value: Checksum::from_base64(algorithm, value)?, parts }))
    }
}

/// Of some bytes.
pub(crate) fn of(algorithm: ChecksumAlgorithm, bytes: &[u8]) -> Checksum {
    use crc_fast::CrcAlgorithm::{Crc32Iscsi, Crc64Nvme as Nvme};
    match algorithm {
        ChecksumAlgorithm::Crc64Nvme => Checksum::Crc64Nvme(Crc64Nvme(crc_fast::checksum(Nvme, bytes))),
        ChecksumAlgorithm::Crc32c => {
            // It has 32 bits.
            Checksum::Crc32c(Crc32c(u32::try_from(crc_fast::checksum(Crc32Iscsi, bytes)).unwrap_or_default()))
        }
        ChecksumAlgorithm::Sha256 => Checksum::Sha256(Sha256::from_bytes(sha2::Sha256::digest(bytes).into())),
    }
}

/// The checksum of an object, as far as those of its parts say it: `None` where one is missing or of
/// another kind, and where it is over the bytes.
pub fn over_parts(
    algorithm: ChecksumAlgorithm,
    parts: impl Iterator<Item = Option<Checksum>>,
) -> Option<Checksum> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend(part.filter(|part| part.algorithm() == algorithm)?.to_bytes());
    }
    algorithm.is_composite().then(|| of(algorithm, &bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_published_examples() {
        // The check values of the algorithms' registers, and of FIPS 180-4.
        let of = |algorithm, text: &str| of(algorithm, text.as_bytes());
        assert_eq!(of(ChecksumAlgorithm::Crc64Nvme, "123456789"), Crc64Nvme(0xae8b_1486_0a79_9888).into());
        assert_eq!(of(ChecksumAlgorithm::Crc32c, "123456789"), Checksum::Crc32c(Crc32c(0xe306_9283)));
        assert_eq!(
            of(ChecksumAlgorithm::Sha256, "abc").to_base64(),
            "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
        );
    }

    #[test]
    fn a_checksum_over_parts_says_of_how_many() {
        let read = |text: &str| StoredChecksum::read(None, Some(text.to_owned()), None);
        let value = Checksum::from_base64(ChecksumAlgorithm::Crc32c, "ugCmJg==").unwrap();
        assert_eq!(read("ugCmJg==-2"), Ok(Some(StoredChecksum::of_parts(value, 2))));
        assert_eq!(StoredChecksum::of_parts(value, 2).to_text(), "ugCmJg==-2");
        assert_eq!(read("ugCmJg=="), Ok(Some(StoredChecksum::of_bytes(value))));
        assert!(read("ugCmJg==-many").is_err() && read("ug-2").is_err());
        assert_eq!(StoredChecksum::read(None, None, None), Ok(None));
    }

    #[test]
    fn only_what_is_of_one_kind_contradicts() {
        let [one, other] = ["one", "other"].map(|text| of(ChecksumAlgorithm::Crc32c, text.as_bytes()));
        let announced = StoredChecksum::of_parts(one, 2);
        assert!(StoredChecksum::of_parts(other, 2).contradicts(&announced));
        assert!(StoredChecksum::of_parts(one, 3).contradicts(&announced));
        assert!(!announced.contradicts(&announced));
        assert!(!StoredChecksum::of_bytes(other).contradicts(&announced));
        let of_another = of(ChecksumAlgorithm::Crc64Nvme, b"other");
        assert!(!StoredChecksum::of_bytes(of_another).contradicts(&announced));
    }

    #[test]
    fn parts_come_to_what_an_independent_store_said_of_them() {
        // SeaweedFS 4.48, for 5 MiB of `x` and 1,000 bytes of `y`.
        let parts = [vec![b'x'; 5 * 1024 * 1024], vec![b'y'; 1000]];
        for (algorithm, said) in [
            (ChecksumAlgorithm::Crc32c, "ugCmJg=="),
            (ChecksumAlgorithm::Sha256, "jLTstqfdMiaL68EipugaXAvFQdzpqSCo3VC3GOZqDaE="),
        ] {
            let sums = parts.iter().map(|part| Some(of(algorithm, part)));
            assert_eq!(over_parts(algorithm, sums).unwrap().to_base64(), said);
        }
        assert_eq!(over_parts(ChecksumAlgorithm::Crc32c, [None].into_iter()), None);
    }
}
