//! The object store: bytes under opaque keys, and presigned requests for them.
//!
//! One trait, [`ObjectStore`], with two implementations: [`s3`] for S3 and every store that speaks
//! its protocol, and [`embedded`], a durable S3 store of our own inside the server process. Both
//! pass one suite, [`conformance`].

mod checksums;
#[cfg(feature = "conformance")]
#[expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::missing_panics_doc,
    reason = "a suite of tests, for tests: it panics where the store is wrong"
)]
pub mod conformance;
pub mod embedded;
mod error;
mod presign;
pub mod s3;
mod store;

pub use checksums::{StoredChecksum, over_parts};
pub use error::{ObjectError, Result};
pub use store::{
    ByteStream, CompletePart, MultipartMarker, MultipartsPage, ObjectInfo, ObjectKey, ObjectRange,
    ObjectStore, OpenMultipart, StoredPart,
};
