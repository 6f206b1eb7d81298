//! Public files: the catalogue of the server, of which nothing is kept here.

use serde::{Deserialize, Serialize};

use crate::{Cursor, ListedFile};

/// One page of public files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PublicFiles {
    /// What was listed last comes first. May be empty, and not the end.
    pub files: Vec<ListedFile>,
    /// Where to go on; `null` at the end.
    pub next: Option<Cursor>,
}
