//! Exit codes.

use std::process::ExitCode;

use notespot_protocol::ErrorCode;

/// How a command ended. The worst of several outcomes is the command's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    /// Everything was done.
    #[default]
    Done,
    /// Something was not.
    Failed,
    /// The command was not understood.
    Usage,
    /// Nobody is signed in.
    NotSignedIn,
    /// The server did not answer, or what answered is none.
    NotReachable,
}

impl Ending {
    /// The ending that a failure makes.
    pub(crate) fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::NotSignedIn | ErrorCode::SignInFailed => Self::NotSignedIn,
            ErrorCode::ServerUnreachable | ErrorCode::NotANotespotServer => Self::NotReachable,
            _ => Self::Failed,
        }
    }
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(match ending {
            Ending::Done => 0,
            Ending::Failed => 1,
            Ending::Usage => 2,
            Ending::NotSignedIn => 3,
            Ending::NotReachable => 4,
        })
    }
}
