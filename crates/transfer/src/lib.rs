//! Moves bytes over presigned requests.
