//! What went wrong between this process and the server.

use mongodb::error::{
    Error, ErrorKind, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT, WriteFailure,
};

use crate::MetadataError;

const DUPLICATE_KEY: i32 = 11000;

/// A failure of the server or of the way to it. Says nothing of what was asked for or written: slugs and hashes
/// stand in the server's own messages.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(super) struct Failure {
    what: String,
    code: Option<i32>,
    /// The transaction changed nothing, and may be run again.
    is_transient: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = code(&error);
        Self { what: what(&error, code), code, is_transient: is_transient(&error) }
    }
}

impl From<Error> for MetadataError {
    fn from(error: Error) -> Self {
        Self::Unavailable(Box::new(Failure::from(error)))
    }
}

/// Whether a transaction that failed with it changed nothing, and may be run again.
pub(super) fn may_run_again(error: &MetadataError) -> bool {
    failure(error).is_some_and(|failure| failure.is_transient)
}

/// Whether a unique index refused it.
pub(super) fn is_duplicate(error: &MetadataError) -> bool {
    failure(error).is_some_and(|failure| failure.code == Some(DUPLICATE_KEY))
}

/// Whether nobody knows if the transaction was committed: it is safe to ask again.
pub(super) fn is_unknown_commit(error: &Error) -> bool {
    error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) && !is_transient(error)
}

/// A command that updates or deletes many answers with what it could not do.
pub(super) fn write_error(code: i32) -> MetadataError {
    let what = format!("a write failed with code {code}");
    MetadataError::Unavailable(Box::new(Failure { what, code: Some(code), is_transient: false }))
}

/// What was made has gone again before it was used, several times.
pub(super) fn gone(what: &str) -> MetadataError {
    let what = format!("{what} went as often as it was made");
    MetadataError::Unavailable(Box::new(Failure { what, code: None, is_transient: false }))
}

fn failure(error: &MetadataError) -> Option<&Failure> {
    match error {
        MetadataError::Unavailable(source) => source.downcast_ref(),
        _ => None,
    }
}

fn is_transient(error: &Error) -> bool {
    error.contains_label(TRANSIENT_TRANSACTION_ERROR)
}

/// The server's code, where it gave one.
pub(super) fn code(error: &Error) -> Option<i32> {
    match &*error.kind {
        ErrorKind::Command(command) => Some(command.code),
        ErrorKind::Write(WriteFailure::WriteError(write)) => Some(write.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => Some(concern.code),
        ErrorKind::InsertMany(many) => many.write_errors.as_ref()?.first().map(|write| write.code),
        _ => None,
    }
}

fn what(error: &Error, code: Option<i32>) -> String {
    match (&*error.kind, code) {
        (ErrorKind::Command(command), _) => {
            format!("the server refused a command: {} ({})", command.code_name, command.code)
        }
        (_, Some(code)) => format!("a write failed with code {code}"),
        (ErrorKind::Io(source), _) => format!("the connection failed: {source}"),
        (ErrorKind::ServerSelection { message, .. }, _) => message.clone(),
        (ErrorKind::Authentication { .. }, _) => "the server did not accept the credentials".to_owned(),
        (ErrorKind::DnsResolve { .. }, _) => "the server's name could not be resolved".to_owned(),
        (ErrorKind::Bson(source), _) => format!("a document is not as it is written here: {source}"),
        (ErrorKind::ConnectionPoolCleared { .. }, _) => "the connections were closed".to_owned(),
        (ErrorKind::Transaction { .. }, _) => "the transaction could not go on".to_owned(),
        _ => "the driver failed".to_owned(),
    }
}
