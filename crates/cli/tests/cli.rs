//! The `notespot` command, against the real server.
