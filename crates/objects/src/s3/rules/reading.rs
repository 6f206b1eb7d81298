//! What a store says of its settings, or why it says nothing.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::s3::check::{Outcome, with_causes};

/// A setting.
pub(super) enum Read<T> {
    There(T),
    /// Nothing was set.
    Absent,
    /// It could not be read, or the store knows no such thing.
    Other(Outcome),
}

impl<T> Read<T> {
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Self::There(said) => Read::There(change(said)),
            Self::Absent => Read::Absent,
            Self::Other(outcome) => Read::Other(outcome),
        }
    }
}

/// `absent` are the codes with which S3 says that nothing was set; `action` is what IAM calls the right to read.
pub(super) fn read<T, E>(said: Result<T, SdkError<E, HttpResponse>>, absent: &[&str], action: &str) -> Read<T>
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match said {
        Ok(said) => Read::There(said),
        Err(error) if error.code().is_some_and(|code| absent.contains(&code)) => Read::Absent,
        Err(error) => Read::Other(match refused(&error, action) {
            // Nothing that the server does depends on it.
            Outcome::Wrong(said) => Outcome::Doubtful(said),
            outcome => outcome,
        }),
    }
}

/// Why a setting was not read or written.
pub(super) fn refused<E>(error: &SdkError<E, HttpResponse>, action: &str) -> Outcome
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let status = error.raw_response().map(|answer| answer.status().as_u16());
    match (error.code(), status) {
        (Some("NotImplemented" | "MethodNotAllowed" | "UnsupportedOperation"), _) | (_, Some(405 | 501)) => {
            Outcome::NotSupported("This store has no such setting.".to_owned())
        }
        (Some("AccessDenied"), _) | (_, Some(403)) => {
            Outcome::Wrong(format!("The credentials may not see to it: allow {action}, or look by hand."))
        }
        _ => Outcome::Wrong(format!("The store failed: {}.", with_causes(error))),
    }
}
