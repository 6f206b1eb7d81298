//! What can go wrong with a transfer.

use std::io;
use std::time::Duration;

use notespot_network::Trouble;
use notespot_protocol::ErrorCode;

use crate::{ControlError, WireError};

/// From this much on, two clocks are worth telling apart: a request is signed for minutes.
const CLOCK_APART_SECS: i64 = 30;
/// A store that wants to be left alone for longer than this is asked again after this.
const LONGEST_WISH: Duration = Duration::from_mins(2);

/// Why a transfer ended. Its texts are for the person, and name files without their folders.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The server refused a plan, a request or the completion, or could not be asked.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// There is no such file.
    #[error("\u{201c}{name}\u{201d} is not there any more. If it was moved, upload it from its new place.")]
    FileMissing {
        /// Its name.
        name: String,
    },
    /// A folder where a file is meant.
    #[error("\u{201c}{name}\u{201d} is a folder. Choose the files in it.")]
    IsFolder {
        /// Its name.
        name: String,
    },
    /// A device, a pipe or a socket.
    #[error("\u{201c}{name}\u{201d} is not a regular file, so it cannot be uploaded.")]
    NotAFile {
        /// Its name.
        name: String,
    },
    /// What it holds is longer or shorter than the system says, and it does not change.
    #[error(
        "\u{201c}{name}\u{201d} does not have the length that the system tells, as files of the system in /proc \
         and /sys. Copy it, and upload the copy; or pipe it into \u{201c}notespot upload - --name {name}\u{201d}."
    )]
    LengthUntrue {
        /// Its name.
        name: String,
    },
    /// The file cannot be read.
    #[error("\u{201c}{name}\u{201d} could not be read. Check its permissions and its disk.")]
    Unreadable {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file kept changing while it was read.
    #[error(
        "\u{201c}{name}\u{201d} keeps changing. Close the program that writes to it, then upload it again."
    )]
    FileChanged {
        /// Its name.
        name: String,
    },
    /// What arrived is not what the server had announced. Nothing was saved.
    #[error("\u{201c}{name}\u{201d} arrived damaged, so it was not saved. Try again.")]
    ChecksumMismatch {
        /// Its name.
        name: String,
    },
    /// The disk gives back something else than was written to it. Nothing was saved.
    #[error(
        "\u{201c}{name}\u{201d} arrived whole, but the disk gave something else back, so it was not saved. The \
         disk may be failing: save it to another one."
    )]
    DiskDamages {
        /// Its name.
        name: String,
    },
    /// No room. Nothing was saved.
    #[error("The disk is full, so \u{201c}{name}\u{201d} was not saved. Free some space and try again.")]
    DiskFull {
        /// Its name.
        name: String,
    },
    /// A file of this name is there already, and was left alone.
    #[error("\u{201c}{name}\u{201d} is there already, and was left as it is.")]
    TargetExists {
        /// Its name.
        name: String,
    },
    /// The folder or the file cannot be written.
    #[error("\u{201c}{name}\u{201d} could not be saved there. Check that the folder may be written.")]
    Unwritable {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The object store did not answer, however often it was asked.
    #[error("The storage does not answer. Check your connection, then try again.")]
    StoreUnreachable {
        /// The last reason, without the address; none when it simply fell silent.
        #[source]
        source: Option<WireError>,
    },
    /// Something stands in the way to the object store.
    #[error("The storage cannot be reached. {0}")]
    InTheWay(#[source] Trouble),
    /// The object store holds the request for expired, also when it was just signed.
    #[error("The storage does not accept the request: {}.", clocks(*.ahead_secs))]
    Expired {
        /// By how much the store's clock is ahead of this machine's, where it says; negative when behind.
        ahead_secs: Option<i64>,
    },
    /// The object store says that it cannot do it now, however often it was asked.
    #[error("The storage is too busy at the moment. Try again in a few minutes.")]
    StoreBusy {
        /// The last HTTP status.
        status: u16,
        /// For how long it wants to be left alone, where it says (`Retry-After`).
        wish: Option<Duration>,
    },
    /// The object store refused.
    #[error("The storage refused this transfer. Try again; if that does not help, tell the administrator.")]
    StoreRefused {
        /// The HTTP status.
        status: u16,
        /// The store's own word for it, for the log.
        code: Option<String>,
    },
    /// The person cancelled it.
    #[error("This was cancelled.")]
    Cancelled,
    /// Connections cannot be made: certificates of this system that cannot be read, mostly.
    #[error("Secure connections cannot be made on this system. Check its certificates.")]
    Setup(#[source] reqwest::Error),
    /// The program is ending.
    #[error("Notespot is closing.")]
    Closing,
}

impl TransferError {
    /// The stable word for it.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Control(error) => error.code(),
            Self::FileMissing { .. } => ErrorCode::FileMissing,
            Self::IsFolder { .. } | Self::NotAFile { .. } | Self::LengthUntrue { .. } => ErrorCode::WrongKind,
            Self::Unreadable { .. } | Self::Unwritable { .. } => ErrorCode::FileAccess,
            Self::FileChanged { .. } => ErrorCode::FileChanged,
            Self::ChecksumMismatch { .. } | Self::DiskDamages { .. } => ErrorCode::ChecksumMismatch,
            Self::DiskFull { .. } => ErrorCode::DiskFull,
            Self::TargetExists { .. } => ErrorCode::TargetExists,
            Self::InTheWay(Trouble::Portal { .. }) => ErrorCode::NotANotespotServer,
            Self::StoreUnreachable { .. } | Self::InTheWay(_) => ErrorCode::ServerUnreachable,
            Self::StoreBusy { .. } => ErrorCode::Unavailable,
            Self::StoreRefused { .. } | Self::Expired { .. } | Self::Setup(_) => ErrorCode::Internal,
            Self::Cancelled | Self::Closing => ErrorCode::Cancelled,
        }
    }

    /// For how long the store wants to be left alone, within reason.
    #[must_use]
    pub fn wish(&self) -> Option<Duration> {
        match self {
            Self::StoreBusy { wish, .. } => wish.map(|wish| wish.min(LONGEST_WISH)),
            _ => None,
        }
    }

    /// A file that could not be read.
    pub(crate) fn reading(name: &str, source: io::Error) -> Self {
        let name = name.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::FileMissing { name },
            _ => Self::Unreadable { name, source },
        }
    }

    /// A file that could not be written.
    pub(crate) fn writing(name: &str, source: io::Error) -> Self {
        let name = name.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::DiskFull { name }
            }
            io::ErrorKind::AlreadyExists => Self::TargetExists { name },
            _ => Self::Unwritable { name, source },
        }
    }
}

/// What two clocks have to do with a refusal. The server signs: this machine's own clock cannot be the
/// reason, but it is one more to compare with.
fn clocks(store_ahead: Option<i64>) -> String {
    let told = "it has expired by the storage\u{2019}s clock";
    match store_ahead {
        Some(secs) if secs.abs() >= CLOCK_APART_SECS => {
            let side = if secs > 0 { "ahead of" } else { "behind" };
            format!("{told}, which is {} s {side} this machine\u{2019}s", secs.abs())
        }
        _ => format!("{told}. The server\u{2019}s clock may be wrong; tell the administrator"),
    }
}
