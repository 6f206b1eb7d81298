//! What can go wrong between this machine and a server.

use notespot_network::Trouble;
use notespot_protocol::{ErrorCode, Problem};

/// Why a call did not work. Its texts are for the person; its sources are for the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The server refused. Retrying the same call does not help, but for `rate_limited` and
    /// `unavailable`.
    #[error("{}", .0.detail)]
    Refused(Box<Problem>),
    /// No answer: the network, the address, or the server is down. The call may have arrived.
    #[error("The server at {server} does not answer. Check your connection, or that the server is running.")]
    Unreachable {
        /// The host that was asked.
        server: String,
        /// Why, without the URL.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// Something stands in the way: a certificate, a proxy, or a network that wants a sign-in.
    #[error(transparent)]
    InTheWay(#[from] Trouble),
    /// Something answered that speaks another language: another program.
    #[error("What answers at {server} is not a Notespot server that this version of the app understands.")]
    NotANotespotServer {
        /// The host that was asked.
        server: String,
        /// For the log.
        reason: &'static str,
    },
    /// Nobody is signed in.
    #[error("You are not signed in. Sign in, then try again.")]
    NotSignedIn,
    /// The identity provider no longer accepts this session.
    #[error("Your session has ended. Sign in again to go on.")]
    SessionEnded,
    /// Signing in did not work.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The file that keeps two programs from renewing one session at once cannot be used.
    #[error("The session could not be locked for renewal. Check that your home folder can be written.")]
    Lock(#[source] std::io::Error),
    /// The request could not be built: certificates of this system that cannot be read, mostly.
    #[error("Secure connections cannot be made on this system. Check its certificates.")]
    Setup(#[source] reqwest::Error),
}

/// Why signing in did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// The link belongs to no sign-in under way: a replay, an old tab, or somebody else's. What is
    /// under way goes on.
    #[error("This sign-in link belongs to no sign-in under way. Start again from Notespot.")]
    Ignored,
    /// Ten minutes are over.
    #[error("Signing in took longer than ten minutes. Try again.")]
    Expired,
    /// The person cancelled it.
    #[error("Signing in was cancelled.")]
    Cancelled,
    /// The identity provider said no.
    #[error("Signing in was refused. Try again, or use another account.")]
    Refused {
        /// RFC 6749 §4.1.2.1, for the log.
        error: String,
    },
    /// The identity provider's answer cannot be trusted or used.
    #[error("The answer of the identity provider could not be verified, so you were not signed in.")]
    BadAnswer {
        /// For the log; says nothing of tokens.
        reason: &'static str,
    },
    /// Without one, every start would ask for a sign-in.
    #[error("The identity provider gave no lasting session. Its administrator has to allow offline access.")]
    NoRefreshToken,
    /// The listener for the browser's return could not be opened.
    #[error("Notespot could not listen for the browser\u{2019}s answer.")]
    Listener(#[source] std::io::Error),
}

impl ClientError {
    /// The stable word for it.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(problem) => problem.code,
            Self::InTheWay(Trouble::Portal { .. }) | Self::NotANotespotServer { .. } => {
                ErrorCode::NotANotespotServer
            }
            Self::Unreachable { .. } | Self::InTheWay(_) => ErrorCode::ServerUnreachable,
            Self::NotSignedIn | Self::SessionEnded => ErrorCode::NotSignedIn,
            Self::SignIn(SignInError::Cancelled) => ErrorCode::Cancelled,
            Self::SignIn(_) => ErrorCode::SignInFailed,
            Self::Lock(_) => ErrorCode::FileAccess,
            Self::Setup(_) => ErrorCode::Internal,
        }
    }

    /// Names the request in the server's log, where a server refused it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => problem.request_id.as_deref(),
            _ => None,
        }
    }

    /// Whether the server could not do it now, and may be able to later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        if let Self::InTheWay(trouble) = self {
            return !trouble.is_lasting();
        }
        matches!(self.code(), ErrorCode::ServerUnreachable | ErrorCode::Unavailable | ErrorCode::RateLimited)
    }
}
