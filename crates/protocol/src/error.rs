//! How a failure crosses a wire.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What went wrong, as a stable word that programs can act on.
///
/// One vocabulary for REST (`code` of a [`Problem`]) and for the web view ([`Failure`]). A code
/// exists only when somebody acts on it differently from its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    // What a request can be refused for.
    /// The request is malformed: what is wrong stands in the message.
    BadRequest,
    /// The name cannot be used.
    InvalidName,
    /// A living sibling has this name.
    NameTaken,
    /// There is nothing here that this user may see; whether it exists for another is not said.
    NotFound,
    /// A folder where a file is meant, or the reverse.
    WrongKind,
    /// No credentials, or credentials that are expired, revoked or forged.
    NotSignedIn,
    /// The token lacks the scope that this call needs.
    Forbidden,
    /// The identity provider has banned the user: whoever runs it can let them in again.
    AccountBanned,
    /// The node changed since the revision named in `If-Match`.
    StaleRevision,
    /// More than a limit of this server allows.
    TooLarge,
    /// The account's storage is full.
    QuotaExceeded,
    /// The object store does not hold all that was announced.
    UploadIncomplete,
    /// The bytes are not the ones that were announced.
    ChecksumMismatch,
    /// The upload was completed or aborted before.
    UploadEnded,
    /// The reference belongs to an upload of something else.
    ReferenceTaken,
    /// The proof is not that of the content, or was not asked for any more: send the content.
    ProofRefused,
    /// The public link was ended by its owner.
    LinkEnded,
    /// Too many requests: try again after the time in `Retry-After`.
    RateLimited,
    /// The server no longer keeps the history that far back: fill afresh.
    ChangesExpired,
    /// A part of the server is not reachable at the moment.
    Unavailable,
    /// A mistake of ours. The `request_id` finds it in the log.
    Internal,

    // What can go wrong on this side of the wire.
    /// The server could not be reached.
    ServerUnreachable,
    /// What answered is no Notespot server, or one that this client does not understand.
    NotANotespotServer,
    /// Signing in did not work: refused, cancelled, expired, or answered with a wrong state.
    SignInFailed,
    /// The system's browser could not be opened.
    BrowserUnavailable,
    /// The file or folder is not there any more.
    FileMissing,
    /// The file may not be read, or the target not be written.
    FileAccess,
    /// The file changed while it was being read.
    FileChanged,
    /// The disk is full.
    DiskFull,
    /// A file with this name is there already.
    TargetExists,
    /// The local library cannot be read or written.
    LibraryUnavailable,
    /// The clipboard could not be written.
    ClipboardUnavailable,
    /// It is not on this machine, and the server is away: what is kept available offline can be opened.
    NotOffline,
    /// It is kept available offline with a folder that it lies in.
    KeptWithFolder,
    /// No program can open it, or none could be started.
    NoProgram,
    /// The person cancelled it.
    Cancelled,
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// An error answer of the REST API: RFC 9457, `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// A stable identifier of the kind of problem, as a relative URI reference.
    #[serde(rename = "type")]
    #[schema(examples("/problems/name_taken"))]
    pub kind: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// The stable word.
    pub code: ErrorCode,
    /// What happened and what to do, for the person. Never holds a secret.
    pub detail: String,
    /// Names this request in the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem that has not been tied to a request yet.
    #[must_use]
    pub fn new(status: u16, code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { kind: format!("/problems/{code}"), status, code, detail: detail.into(), request_id: None }
    }
}

/// An error as the web view and the command line's `--json` see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Failure {
    /// The stable word.
    pub code: ErrorCode,
    /// What happened and what to do, for the person.
    pub message: String,
    /// Names the request in the server's log, where a server refused it.
    pub request_id: Option<String>,
}

impl Failure {
    /// A failure that no server was asked about.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), request_id: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_the_same_in_text_and_in_json() {
        assert_eq!(ErrorCode::NameTaken.to_string(), "name_taken");
        assert_eq!(serde_json::to_string(&ErrorCode::NameTaken).unwrap(), "\"name_taken\"");
    }

    #[test]
    fn a_problem_is_rfc_9457() {
        let problem = Problem::new(409, ErrorCode::NameTaken, "Taken.");
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "type": "/problems/name_taken", "status": 409, "code": "name_taken", "detail": "Taken."
            })
        );
    }
}
