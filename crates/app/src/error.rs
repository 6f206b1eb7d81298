//! What can go wrong, for callers to act on and for people to read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use notespot_client::{ClientError, SignInError};
use notespot_network::NetworkError;
use notespot_protocol::{ErrorCode, Failure, NameError, Problem};
use notespot_transfer::TransferError;

use crate::HostError;
use crate::library::LibraryError;
use crate::library::edits::Refusal;

/// Why the application could not do it. Its texts are for the person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The server refused, could not be reached, or nobody is signed in.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The same, for several transfers whose call went together.
    #[error(transparent)]
    Together(Arc<ClientError>),
    /// The local library failed.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The account that runs the program has no home folder.
    #[error("Your home folder could not be found, so Notespot has nowhere to keep its data.")]
    NoHomeFolder,
    /// The settings could not be written.
    #[error("The settings in {} could not be written.", path.display())]
    Settings {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// What was said of the network cannot be used.
    #[error(transparent)]
    Network(#[from] NetworkError),
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
    /// There is nothing like it here.
    #[error("{what} is not here any more.")]
    NotHere {
        /// Such as "This file".
        what: &'static str,
    },
    /// Nothing has this path or id.
    #[error("There is no \u{201c}{given}\u{201d} here.")]
    NoSuchPath {
        /// What was given.
        given: String,
    },
    /// The library was damaged, and held changes that had not been sent.
    #[error(
        "The list on this computer was damaged and is being filled again. Changes that had not been sent are \
         described in {}.", file.display()
    )]
    UnsentChanges {
        /// A text.
        file: PathBuf,
    },
    /// Something in the way of an edit, which is known here.
    #[error("{}", words_for(*.0))]
    Edit(Refusal),
    /// The server is away, and only the server can copy.
    #[error("Copies are made by the server, which cannot be reached now. Copy again when you are online.")]
    CopyOffline,
    /// The file has no public link.
    #[error("This file has no public link.")]
    NoLink,
    /// A folder where a file is meant.
    #[error("\u{201c}{name}\u{201d} is a folder, and a file is expected here.")]
    IsFolder {
        /// Its name.
        name: String,
    },
    /// A symbolic link was found in a folder.
    #[error("\u{201c}{name}\u{201d} is a symbolic link. Links inside of folders are left out.")]
    IsLink {
        /// Its name.
        name: String,
    },
    /// A file where a folder is meant.
    #[error("\u{201c}{given}\u{201d} is a file, and a folder is expected here.")]
    IsFile {
        /// What was given.
        given: String,
    },
    /// Several files, or a folder, where one file is meant.
    #[error("Only one file can be written to standard output.")]
    OneFile,
    /// A file of this machine cannot be used.
    #[error("{}", file_trouble(name, source))]
    File {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A stream could not be kept until it is uploaded.
    #[error("{}", spool_trouble(folder, source))]
    Spool {
        /// Where it was to be kept.
        folder: PathBuf,
        /// Why it could not.
        #[source]
        source: std::io::Error,
    },
    /// The browser could not be opened.
    #[error("Your browser could not be opened. Copy the address and open it yourself.")]
    Browser(#[source] HostError),
    /// The clipboard could not be written.
    #[error("The link is ready, but the clipboard could not be written. Copy it from the details.")]
    Clipboard(#[source] HostError),
    /// It is not on this machine, and the server is away.
    #[error(
        "\u{201c}{name}\u{201d} is not on this computer, and the server cannot be reached. Files that you keep \
         available offline open without a network."
    )]
    NotOffline {
        /// Its name.
        name: String,
    },
    /// No program opens it.
    #[error("No program on this computer could be started for \u{201c}{name}\u{201d}. Download it instead.")]
    NoProgram {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: HostError,
    },
    /// The person's own changes to a copy that was opened.
    #[error(
        "You changed \u{201c}{name}\u{201d} after it was opened from here. It was not uploaded: your copy is in {}.",
        file.display()
    )]
    ChangedCopy {
        /// Its name.
        name: String,
        /// Where it is now.
        file: PathBuf,
    },
    /// What is kept on this machine could not be written or read.
    #[error("{}", kept_trouble(.0))]
    Kept(#[source] std::io::Error),
    /// The person cancelled it.
    #[error("This was cancelled.")]
    Cancelled,
    /// A file could not be moved.
    #[error(transparent)]
    Transfer(TransferError),
}

fn words_for(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotHere => "This file is not here any more.",
        Refusal::NameTaken => "Something in this folder has this name already. Choose another one.",
        Refusal::PlaceGone => "The folder that it should go to is not here any more.",
        Refusal::IntoItself => "A folder cannot be moved into itself.",
        Refusal::NotInTrash => "Only what is in the trash can be deleted for ever.",
        Refusal::DescriptionTooLong => "A description has at most 4,000 characters.",
        Refusal::TagsTooMany => "A file has at most 50 tags, of at most 100 characters each.",
        Refusal::NoLinkForFolder => "Folders cannot have a public link yet. Share a file instead.",
        Refusal::NoLink => "This file has no public link.",
        Refusal::KeptWithFolder => {
            "It lies in a folder that is kept available offline. Turn that off for the folder, or move it elsewhere."
        }
        Refusal::NeverConnected => {
            "A public link can be made once the server has been reached for the first time."
        }
    }
}

fn spool_trouble(folder: &Path, source: &std::io::Error) -> String {
    let folder = folder.display();
    if is_full(source) {
        format!(
            "The disk is full: what comes through a pipe is kept in {folder} until it is uploaded, and there is \
             no room for all of it. Free some space, or set XDG_DATA_HOME to a folder on a larger disk."
        )
    } else {
        format!("What comes through a pipe is kept in {folder} until it is uploaded, which failed: {source}.")
    }
}

fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

fn file_trouble(name: &str, source: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match source.kind() {
        ErrorKind::NotFound => {
            format!(
                "\u{201c}{name}\u{201d} is not there any more. If it was moved, take it from its new place."
            )
        }
        ErrorKind::AlreadyExists => {
            format!(
                "\u{201c}{name}\u{201d} is there already, and is no folder. Move it, or choose another place."
            )
        }
        ErrorKind::PermissionDenied => {
            format!("\u{201c}{name}\u{201d} may not be read. Check its permissions.")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            format!(
                "The disk is full, so \u{201c}{name}\u{201d} could not be written. Free some space and try again."
            )
        }
        _ => format!("\u{201c}{name}\u{201d} could not be read or written."),
    }
}

fn kept_trouble(source: &std::io::Error) -> &'static str {
    if is_full(source) {
        "The disk is full, so this file was not put on it. Free some space and try again."
    } else {
        "This file could not be put on this computer. Check the permissions of Notespot\u{2019}s data folder."
    }
}

impl AppError {
    /// What the way to the server, or the server, had to say.
    pub(crate) fn client(&self) -> Option<&ClientError> {
        match self {
            Self::Client(error) => Some(error),
            Self::Together(error) => Some(error),
            _ => None,
        }
    }

    /// Whether it is about the way to the server or to the store and not about the file, and passes without
    /// anybody doing anything: the network is away, the server is being restarted, the store is busy.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Transfer(TransferError::StoreUnreachable { .. } | TransferError::StoreBusy { .. }) => true,
            Self::Transfer(TransferError::InTheWay(trouble)) => !trouble.is_lasting(),
            other => other.client().is_some_and(ClientError::is_passing),
        }
    }

    /// Whether whoever read what was written has gone: a pipe that was closed at its other end.
    #[must_use]
    pub fn is_unheard(&self) -> bool {
        matches!(self, Self::Transfer(TransferError::Unwritable { source, .. })
            if source.kind() == std::io::ErrorKind::BrokenPipe)
    }

    /// The stable word for it.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Client(error) => error.code(),
            Self::Together(error) => error.code(),
            Self::NoHomeFolder | Self::Library(_) | Self::UnsentChanges { .. } => {
                ErrorCode::LibraryUnavailable
            }
            Self::BadServerUrl { .. } | Self::Network(_) | Self::OneFile => ErrorCode::BadRequest,
            Self::Name(_) => ErrorCode::InvalidName,
            Self::NotHere { .. } | Self::NoSuchPath { .. } | Self::NoLink => ErrorCode::NotFound,
            Self::IsFolder { .. } | Self::IsFile { .. } | Self::IsLink { .. } => ErrorCode::WrongKind,
            Self::Spool { source, .. } if is_full(source) => ErrorCode::DiskFull,
            Self::File { source, .. } => match source.kind() {
                std::io::ErrorKind::NotFound => ErrorCode::FileMissing,
                std::io::ErrorKind::AlreadyExists => ErrorCode::TargetExists,
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
                _ => ErrorCode::FileAccess,
            },
            Self::Edit(refusal) => match refusal {
                Refusal::NotHere | Refusal::PlaceGone | Refusal::NoLink => ErrorCode::NotFound,
                Refusal::NameTaken => ErrorCode::NameTaken,
                Refusal::IntoItself
                | Refusal::NotInTrash
                | Refusal::DescriptionTooLong
                | Refusal::TagsTooMany => ErrorCode::BadRequest,
                Refusal::NoLinkForFolder => ErrorCode::WrongKind,
                Refusal::KeptWithFolder => ErrorCode::KeptWithFolder,
                Refusal::NeverConnected => ErrorCode::ServerUnreachable,
            },
            Self::CopyOffline => ErrorCode::ServerUnreachable,
            Self::Browser(_) => ErrorCode::BrowserUnavailable,
            Self::Clipboard(_) => ErrorCode::ClipboardUnavailable,
            Self::NotOffline { .. } => ErrorCode::NotOffline,
            Self::NoProgram { .. } => ErrorCode::NoProgram,
            Self::ChangedCopy { .. } => ErrorCode::FileChanged,
            Self::Kept(source) if is_full(source) => ErrorCode::DiskFull,
            Self::Spool { .. } | Self::Settings { .. } | Self::Kept(_) => ErrorCode::FileAccess,
            Self::Cancelled => ErrorCode::Cancelled,
            Self::Transfer(error) => error.code(),
        }
    }
}

impl From<TransferError> for AppError {
    /// What the server said is the server's, also when it was said to the transfer engine.
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Control(error) => match error.downcast::<ClientError>() {
                Ok(error) => Self::Client(error),
                Err(other) => match other.downcast::<Arc<ClientError>>() {
                    Ok(shared) => Self::Together(shared),
                    Err(other) => Self::Transfer(other.into()),
                },
            },
            TransferError::IsFolder { name } => Self::IsFolder { name },
            TransferError::Cancelled => Self::Cancelled,
            other => Self::Transfer(other),
        }
    }
}

impl From<SignInError> for AppError {
    fn from(error: SignInError) -> Self {
        Self::Client(error.into())
    }
}

impl From<Problem> for AppError {
    fn from(problem: Problem) -> Self {
        Self::Client(ClientError::Refused(Box::new(problem)))
    }
}

impl From<&AppError> for Failure {
    fn from(error: &AppError) -> Self {
        let request_id = error.client().and_then(ClientError::request_id).map(str::to_owned);
        Self { code: error.code(), message: error.to_string(), request_id }
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::from(&error)
    }
}
