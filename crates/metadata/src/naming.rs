//! Names among siblings, whichever database holds them.

use notespot_protocol::{NodeId, NodeKind, NodeName, OnConflict};
use unicode_normalization::UnicodeNormalization as _;

use crate::{MetadataError, Result};

/// Under which name something may appear.
pub(crate) enum Place {
    /// Under this one, which is free.
    Free(NodeName),
    /// As a new version of this file.
    Instead(NodeId),
}

/// The children of one folder.
pub(crate) trait Siblings: Send {
    /// The sibling that has the name and was not moved to the trash itself.
    fn holder(&mut self, name: &NodeName) -> impl Future<Output = Result<Option<(NodeId, NodeKind)>>> + Send;
}

/// Finds a place for `name`.
pub(crate) async fn place(
    siblings: &mut impl Siblings,
    name: &NodeName,
    on_conflict: OnConflict,
) -> Result<Place> {
    let Some((by, kind)) = siblings.holder(name).await? else {
        return Ok(Place::Free(name.clone()));
    };
    match on_conflict {
        OnConflict::Fail => Err(MetadataError::NameTaken { by }),
        OnConflict::Replace if kind == NodeKind::File => Ok(Place::Instead(by)),
        OnConflict::Replace => Err(MetadataError::WrongKind),
        OnConflict::KeepBoth => Ok(Place::Free(next_free(siblings, name).await?)),
    }
}

/// A free name for something that is no content and can replace nothing.
pub(crate) async fn free_name(
    siblings: &mut impl Siblings,
    name: &NodeName,
    on_conflict: OnConflict,
) -> Result<NodeName> {
    match place(siblings, name, on_conflict).await? {
        Place::Free(name) => Ok(name),
        Place::Instead(by) => Err(MetadataError::NameTaken { by }),
    }
}

/// A number that is free, after one that is taken. Found by doubling and halving: with a
/// thousand of the same name, twenty look-ups and not a thousand.
async fn next_free(siblings: &mut impl Siblings, name: &NodeName) -> Result<NodeName> {
    let mut taken = 1;
    let mut free = 2;
    while siblings.holder(&name.numbered(free)).await?.is_some() {
        taken = free;
        free = free.saturating_mul(2);
    }
    while free - taken > 1 {
        let middle = taken + (free - taken) / 2;
        if siblings.holder(&name.numbered(middle)).await?.is_some() {
            taken = middle;
        } else {
            free = middle;
        }
    }
    Ok(name.numbered(free))
}

/// What names are sorted and searched by.
pub(crate) fn sort_key(name: &NodeName) -> String {
    name.unique_key().to_lowercase()
}

/// What the catalogue finds a name by.
pub(crate) fn searched(name: &NodeName) -> String {
    without_accents(name.as_str())
}

/// A text to search for, in the form of [`searched`].
pub(crate) fn without_accents(text: &str) -> String {
    // Folding gives UTF-8.
    String::from_utf8(notespot_protocol::folded(text)).unwrap_or_default()
}

/// A text to search for, in the form of [`sort_key`].
pub(crate) fn folded(text: &str) -> String {
    text.nfc().collect::<String>().to_lowercase()
}
