//! What can go wrong, for callers to act on and for people to read.

use notespot_protocol::{ErrorCode, Failure, NameError};

/// Why the application could not do it. Its texts are for the person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The account that runs the program has no home folder.
    #[error("Your home folder could not be found, so Notespot has nowhere to keep its data.")]
    NoHomeFolder,
    /// Not a server's address.
    #[error(
        "\u{201c}{given}\u{201d} is not a server\u{2019}s address. Use one like https://files.example.org."
    )]
    BadServerUrl {
        /// What was given.
        given: String,
    },
    /// A text that cannot be a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The interface stands before what is behind it.
    #[error("This is not built yet.")]
    Unfinished,
}

impl AppError {
    /// The stable word for it.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NoHomeFolder => ErrorCode::LibraryUnavailable,
            Self::BadServerUrl { .. } => ErrorCode::BadRequest,
            Self::Name(_) => ErrorCode::InvalidName,
            Self::Unfinished => ErrorCode::Internal,
        }
    }
}

impl From<&AppError> for Failure {
    fn from(error: &AppError) -> Self {
        Self { code: error.code(), message: error.to_string(), request_id: None }
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::from(&error)
    }
}
