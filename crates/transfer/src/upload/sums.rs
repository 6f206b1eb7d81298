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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_what_an_independent_store_said() {
        // SeaweedFS 4.48.
        for (algorithm, said) in [
            (ChecksumAlgorithm::Crc32c, "A1d0yQ=="),
            (ChecksumAlgorithm::Sha256, "S15uR3qIllzmNqvKFDGdhnvUnVWhZLwbMu/xo2V/yhE="),
        ] {
            let mut sum = Sum::new(algorithm);
            b"notespot".chunks(3).for_each(|chunk| sum.update(chunk));
            assert_eq!(sum.finish(Crc64Nvme(7)).to_base64(), said);
        }
        assert_eq!(Sum::new(ChecksumAlgorithm::Crc64Nvme).finish(Crc64Nvme(7)), Crc64Nvme(7).into());
    }

    #[test]
    fn what_a_plan_named_is_expected_of_the_next() {
        let expected = Expected::default();
        assert_eq!(expected.get(), ChecksumAlgorithm::Crc64Nvme);
        expected.set(ChecksumAlgorithm::Sha256);
        assert_eq!(expected.get(), ChecksumAlgorithm::Sha256);
    }
}
