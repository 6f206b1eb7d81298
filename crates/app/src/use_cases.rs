//! What a person can do, one file each.

pub(crate) mod browse_files;
pub(crate) mod choose_server;
pub(crate) mod describe_file;
pub(crate) mod download_files;
pub(crate) mod download_tree;
pub(crate) mod lanes;
pub(crate) mod limit_transfers;
pub(crate) mod make_folder;
pub(crate) mod match_names;
pub(crate) mod rename_file;
pub(crate) mod share_file;
pub(crate) mod side_by_side;
pub(crate) mod sign_in;
pub(crate) mod trash_files;
pub(crate) mod upload_files;
pub(crate) mod upload_stream;
pub(crate) mod upload_tree;
