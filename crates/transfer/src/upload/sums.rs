//! The checksum that the object store verifies, where that is not the CRC-64/NVME.

use std::sync::{Mutex, PoisonError};

use crc_fast::{CrcAlgorithm, Digest as Crc};
use notespot_protocol::{Checksum, ChecksumAlgorithm, Crc32c, Crc64Nvme, Sha256};
use sha2::Digest as _;

/// What the last plan named: what is hashed before it is planned is hashed with it. A server has one
/// object store, so that is nearly always right. Shared by all uploads of an engine.
#[derive(Debug, Default)]
pub(crate) struct Expected(Mutex<ChecksumAlgorithm>);

impl Expected {
    pub(super) fn get(&self) -> ChecksumAlgorithm {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, named: ChecksumAlgorithm) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = named;
    }
}

/// Follows bytes. CRC-64/NVME costs nothing here: that of the bytes is computed in any case, and given to
/// [`finish`](Self::finish).
pub(super) enum Sum {
    Crc64Nvme,
    Crc32c(Crc),
    Sha256(sha2::Sha256),
}

impl Sum {
    pub(super) fn new(algorithm: ChecksumAlgorithm) -> Self {
        match algorithm {
            ChecksumAlgorithm::Crc64Nvme => Self::Crc64Nvme,
            ChecksumAlgorithm::Crc32c => Self::Crc32c(Crc::new(CrcAlgorithm::Crc32Iscsi)),
            ChecksumAlgorithm::Sha256 => Self::Sha256(sha2::Sha256::new()),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Crc64Nvme => {}
            Self::Crc32c(crc) => crc.update(bytes),
            Self::Sha256(hash) => hash.update(bytes),
        }
    }

    pub(super) fn finish(self, crc64nvme: Crc64Nvme) -> Checksum {
        match self {
            Self::Crc64Nvme => Checksum::Crc64Nvme(crc64nvme),
            // It has 32 bits.
            Self::Crc32c(crc) => Checksum::Crc32c(Crc32c(u32::try_from(crc.finalize()).unwrap_or_default())),
            Self::Sha256(hash) => Checksum::Sha256(Sha256::from_bytes(hash.finalize().into())),
        }
    }
}

/// What the store will say of the whole: the checksum of the only part, or else one over those of the
/// parts, as S3 has it (docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html).
pub(super) struct OverParts {
    sum: Sum,
    only: Option<Checksum>,
    count: u32,
}

impl OverParts {
    pub(super) fn new(algorithm: ChecksumAlgorithm) -> Self {
        Self { sum: Sum::new(algorithm), only: None, count: 0 }
    }

    /// Takes the next part.
    pub(super) fn add(&mut self, part: Checksum) {
        self.count += 1;
        self.only = (self.count == 1).then_some(part);
        if part.algorithm().is_composite() {
            self.sum.update(&part.to_bytes());
        }
    }

    /// With the CRC-64/NVME of the whole.
    pub(super) fn finish(self, crc64nvme: Crc64Nvme) -> Checksum {
        self.only.unwrap_or_else(|| self.sum.finish(crc64nvme))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(algorithm: ChecksumAlgorithm, parts: &[&[u8]]) -> Checksum {
        let mut over = OverParts::new(algorithm);
        for part in parts {
            let mut sum = Sum::new(algorithm);
            part.chunks(1000).for_each(|chunk| sum.update(chunk));
            over.add(sum.finish(Crc64Nvme(7)));
        }
        over.finish(Crc64Nvme(9))
    }

    #[test]
    fn parts_come_to_what_an_independent_store_said_of_them() {
        // SeaweedFS 4.48.
        let parts = [vec![b'x'; 5 * 1024 * 1024], vec![b'y'; 1000]];
        let parts = [parts[0].as_slice(), &parts[1]];
        assert_eq!(of(ChecksumAlgorithm::Crc32c, &parts).to_base64(), "ugCmJg==");
        let sha256 = "jLTstqfdMiaL68EipugaXAvFQdzpqSCo3VC3GOZqDaE=";
        assert_eq!(of(ChecksumAlgorithm::Sha256, &parts).to_base64(), sha256);
        assert_eq!(of(ChecksumAlgorithm::Crc64Nvme, &parts), Crc64Nvme(9).into());
    }

    #[test]
    fn the_checksum_of_one_part_is_that_of_the_whole() {
        assert_eq!(of(ChecksumAlgorithm::Crc32c, &[b"notespot"]).to_base64(), "A1d0yQ==");
        let sha256 = "S15uR3qIllzmNqvKFDGdhnvUnVWhZLwbMu/xo2V/yhE=";
        assert_eq!(of(ChecksumAlgorithm::Sha256, &[b"notespot"]).to_base64(), sha256);
        assert_eq!(of(ChecksumAlgorithm::Crc64Nvme, &[b"notespot"]), Crc64Nvme(7).into());
    }

    #[test]
    fn what_a_plan_named_is_expected_of_the_next() {
        let expected = Expected::default();
        assert_eq!(expected.get(), ChecksumAlgorithm::Crc64Nvme);
        expected.set(ChecksumAlgorithm::Sha256);
        assert_eq!(expected.get(), ChecksumAlgorithm::Sha256);
    }
}
