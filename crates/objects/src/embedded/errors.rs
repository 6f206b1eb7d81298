//! What goes wrong on the disk, as callers see it, and as S3 says it.

use std::io;

use s3s::{S3Error, S3ErrorCode};

use crate::ObjectError;

/// A failure of the disk.
pub(super) fn io(error: io::Error) -> ObjectError {
    match error.kind() {
        io::ErrorKind::NotFound => ObjectError::NotFound,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ObjectError::NoSpace,
        _ => ObjectError::Unavailable(Box::new(error)),
    }
}

/// The S3 error for it; `missing` is the code for what is not there.
pub(super) fn s3(error: ObjectError, missing: S3ErrorCode) -> S3Error {
    match error {
        ObjectError::NotFound | ObjectError::BadKey => S3Error::new(missing),
        ObjectError::BadPart => S3Error::new(S3ErrorCode::InvalidPart),
        ObjectError::ChecksumMismatch => S3Error::new(S3ErrorCode::BadDigest),
        ObjectError::Truncated => S3Error::new(S3ErrorCode::IncompleteBody),
        ObjectError::BadRange => S3Error::new(S3ErrorCode::InvalidRange),
        ObjectError::NoSpace => {
            let mut full = S3Error::with_message(
                S3ErrorCode::Custom("InsufficientStorage".into()),
                "The disk of the object store is full.",
            );
            full.set_status_code(http::StatusCode::INSUFFICIENT_STORAGE);
            full
        }
        ObjectError::Unavailable(source) => {
            tracing::error!(error = %source, "the embedded object store failed");
            S3Error::new(S3ErrorCode::InternalError)
        }
    }
}
