//! The application without a window.
//!
//! [`App`] is what the desktop window shows: the local library, sync, the transfers panel and every
//! use case. [`Remote`] is the same use cases without a library, for the command line. Both are
//! cheap to clone, and both reach the browser and the clipboard through the [`Host`] that runs them.

mod app;
mod config;
mod error;
mod host;
mod library;
mod offline;
mod patience;
mod remote;
mod settings;
mod shown;
mod sync;
mod token_owner;
mod transfers;
mod use_cases;
mod views;

pub use app::App;
pub use config::{AppConfig, Keep, Redirect};
pub use error::AppError;
pub use host::{Host, HostError};
pub use library::LibraryError;
pub use library::edits::Refusal;
pub use notespot_client::{ClientError, Secret, SignInError};
pub use notespot_network::NetworkSettings;
pub use notespot_transfer::Settings as TransferSettings;
pub use notespot_transfer::{Existing, Fate, FileToDownload, SaveTo, Saved, Uploaded};
pub use offline::Picture;
pub use remote::Remote;
pub use tokio_util::sync::CancellationToken;
pub use use_cases::lanes::{Found, FoundFiles};
pub use use_cases::upload_files::FileUpload;
pub use use_cases::upload_stream::Spooled;
pub use use_cases::upload_tree::UploadCommand;
