//! Moves bytes over presigned requests.
//!
//! An [`Engine`] knows nothing of accounts or of the REST API: it asks an [`UploadControl`] or a
//! [`DownloadControl`] for plans and presigned requests, and talks to the object store itself. It
//! holds no file in memory: see [`Settings`] for the bounds.

mod control;
mod download;
mod engine;
mod error;
mod memory;
mod pace;
mod places;
mod positioned;
mod progress;
mod retry;
mod settings;
mod signed;
mod store_answer;
mod upload;
mod wire;

pub use control::{ControlError, DownloadControl, UploadControl};
pub use download::{Existing, Fate, FileToDownload, SaveTo, Saved, local_name};
pub use engine::{Engine, SMALL_MAX_BYTES};
pub use error::TransferError;
pub use progress::Progress;
pub use settings::{Limits, Settings};
pub use tokio_util::sync::CancellationToken;
pub use upload::{FileToUpload, Uploaded};
pub use wire::{Wire, WireError};
