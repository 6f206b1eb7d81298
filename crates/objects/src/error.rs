//! What a caller of the object store can act on.

/// The outcome of every call.
pub type Result<T> = std::result::Result<T, ObjectError>;

/// Why a call did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// There is no such object or multipart upload.
    #[error("no such object")]
    NotFound,
    /// The text is no key of ours.
    #[error("not an object key")]
    BadKey,
    /// A part is missing, or is not the one that was named.
    #[error("a part is missing or different")]
    BadPart,
    /// The bytes do not have the checksum that was announced.
    #[error("checksum mismatch")]
    ChecksumMismatch,
    /// The bytes ended early, or went on beyond their announced length.
    #[error("not as many bytes as announced")]
    Truncated,
    /// The range lies outside the object.
    #[error("range not satisfiable")]
    BadRange,
    /// The disk that holds the objects is full.
    #[error("no space left for objects")]
    NoSpace,
    /// The store did not answer as it should. Trying again may help.
    #[error("the object store failed")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
