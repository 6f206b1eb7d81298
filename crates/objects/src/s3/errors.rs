//! What S3 refuses with, as callers see it (docs.aws.amazon.com/AmazonS3/latest/API, "Error responses").

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::ObjectError;

/// Something in an answer is not as the protocol has it.
#[derive(Debug, thiserror::Error)]
#[error("the object store's answer lacks {0}")]
pub(super) struct Lacks(pub(super) &'static str);

/// A call that failed.
pub(super) fn failed<E>(error: SdkError<E, HttpResponse>) -> ObjectError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    match (error.code(), status) {
        (Some("NoSuchKey" | "NoSuchUpload" | "NotFound"), _) | (None, Some(404)) => ObjectError::NotFound,
        (Some("BadDigest" | "InvalidDigest" | "XAmzContentChecksumMismatch"), _) => {
            ObjectError::ChecksumMismatch
        }
        (Some("InvalidPart" | "InvalidPartOrder"), _) => ObjectError::BadPart,
        (Some("InvalidRange"), _) => ObjectError::BadRange,
        (Some("InsufficientStorage"), _) => ObjectError::NoSpace,
        _ => ObjectError::Unavailable(Box::new(error)),
    }
}

/// An answer that cannot be right.
pub(super) fn lacks(what: &'static str) -> ObjectError {
    ObjectError::Unavailable(Box::new(Lacks(what)))
}
