//! What a person can do, one file each.

pub(crate) mod download_files;
pub(crate) mod upload_files;
