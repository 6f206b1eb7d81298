//! What a caller of the metadata store can act on.

use notespot_protocol::{NodeId, Revision};

/// The outcome of every call.
pub type Result<T> = std::result::Result<T, MetadataError>;

/// Why a call did not do what it was asked for. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// There is no such thing for this owner.
    #[error("not found")]
    NotFound,
    /// A living sibling has this name.
    #[error("the name is taken by {by}")]
    NameTaken {
        /// The sibling that has it.
        by: NodeId,
    },
    /// A folder where a file is meant, or the reverse; a living node where a trashed one is.
    #[error("wrong kind of node")]
    WrongKind,
    /// The parent is not a living folder of this owner.
    #[error("the parent is not a living folder")]
    NoSuchParent,
    /// A folder cannot move into itself.
    #[error("a folder cannot be moved into itself")]
    WouldMakeCycle,
    /// The node changed since the revision that the caller knows.
    #[error("stale: the node is at revision {current}")]
    Stale {
        /// Its revision now.
        current: Revision,
    },
    /// The identity provider has banned the user.
    #[error("the user is banned")]
    Banned,
    /// The owner's quota does not hold that much more.
    #[error("quota exceeded")]
    QuotaExceeded,
    /// The upload is not open any more.
    #[error("the upload has ended")]
    UploadEnded,
    /// The client's reference belongs to an upload of something else, or the id that it made to another node.
    #[error("the reference is taken")]
    ReferenceTaken,
    /// Nothing was asked that could be proven, or what was asked has ended.
    #[error("the challenge has ended")]
    ChallengeEnded,
    /// The slug belongs to another link.
    #[error("the slug is taken")]
    SlugTaken,
    /// The link was ended, for ever.
    #[error("the link has ended")]
    LinkEnded,
    /// Somebody has an account with this e-mail address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// More at once than one call may ask for.
    #[error("too many things at once")]
    TooLarge,
    /// A cursor that this store did not make.
    #[error("not a cursor of this list")]
    BadCursor,
    /// `since` is older than the tombstones that are kept.
    #[error("the history does not reach back that far")]
    ChangesExpired,
    /// The database did not answer as it should. Trying again may help.
    #[error("the database failed")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The outcome of one item of a batch: a refusal is the item's alone, a database that failed is
/// everybody's. Every item is refused before it changes anything.
pub(crate) fn alone<T>(outcome: Result<T>) -> Result<Result<T>> {
    match outcome {
        Err(error @ MetadataError::Unavailable(_)) => Err(error),
        outcome => Ok(outcome),
    }
}
