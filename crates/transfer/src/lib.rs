//! Moves bytes over presigned requests.
//!
//! An [`Engine`] knows nothing of accounts or of the REST API: it asks an [`UploadControl`] or a
//! [`DownloadControl`] for plans and presigned requests, and talks to the object store itself. It
//! holds no file in memory: see [`Settings`] for the bounds.

mod control;
mod download;
mod engine;
mod error;
mod progress;
mod retry;
mod settings;
mod store_answer;
mod upload;

pub use control::{ControlError, DownloadControl, UploadControl};
pub use download::{Existing, SaveTo, Saved};
pub use engine::{Engine, SMALL_MAX_BYTES};
pub use error::TransferError;
pub use progress::Progress;
pub use settings::Settings;
pub use tokio_util::sync::CancellationToken;
pub use upload::FileToUpload;
