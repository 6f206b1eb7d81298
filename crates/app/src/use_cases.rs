//! What a person can do, one file each.

pub(crate) mod browse_files;
pub(crate) mod browse_public;
pub(crate) mod choose_folder;
pub(crate) mod choose_server;
pub(crate) mod copy_files;
pub(crate) mod download_files;
pub(crate) mod download_tree;
pub(crate) mod edit_files;
pub(crate) mod keep_offline;
pub(crate) mod lanes;
pub(crate) mod limit_transfers;
pub(crate) mod match_names;
pub(crate) mod move_files;
pub(crate) mod open_file;
pub(crate) mod preview_file;
pub(crate) mod share_file;
pub(crate) mod side_by_side;
pub(crate) mod sign_in;
pub(crate) mod trash_file;
pub(crate) mod upload_files;
pub(crate) mod upload_stream;
pub(crate) mod upload_tree;
pub(crate) mod use_trash;
