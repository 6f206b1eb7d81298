//! Pages of the catalogue: their bounds, what is searched for, and where they end.

use notespot_protocol::{CATALOGUE_PAGE_MAX, CatalogueQuery, Cursor, Slug};

use super::CatalogueEntry;
use crate::{MetadataError, Result, naming};

const PAGE_DEFAULT: u32 = 50;
/// Entries that one page looks at: where nothing matches, a millisecond.
pub(crate) const LOOKED_AT_MAX: i64 = 1000;
/// Words of a search; what stands behind them is not searched for.
const WORDS_MAX: usize = 8;

/// How many entries a page has at the most.
pub(crate) fn limit(query: &CatalogueQuery) -> usize {
    query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, CATALOGUE_PAGE_MAX) as usize
}

/// What a name has to have, each somewhere, in the form of [`naming::searched`].
pub(crate) fn words(query: &CatalogueQuery) -> Vec<String> {
    let text = naming::without_accents(query.search.as_deref().unwrap_or_default());
    text.split_whitespace().take(WORDS_MAX).map(str::to_owned).collect()
}

/// A place in the list: behind what was listed then, under that slug.
pub(crate) struct Place {
    pub(crate) listed_at: i64,
    pub(crate) slug: String,
}

impl Place {
    pub(crate) fn start() -> Self {
        Self { listed_at: i64::MAX, slug: String::new() }
    }

    pub(crate) fn behind(entry: &CatalogueEntry) -> Self {
        Self { listed_at: entry.listed_at.as_millis(), slug: entry.slug.to_string() }
    }

    /// See [`Self::cursor`].
    pub(crate) fn of(cursor: &Cursor) -> Result<Self> {
        let parsed = || {
            let text = String::from_utf8(hex::decode(&cursor.0).ok()?).ok()?;
            let (listed_at, slug) = text.split_once(' ')?;
            Some(Self { listed_at: listed_at.parse().ok()?, slug: slug.parse::<Slug>().ok()?.to_string() })
        };
        parsed().ok_or(MetadataError::BadCursor)
    }

    pub(crate) fn cursor(&self) -> Cursor {
        Cursor(hex::encode(format!("{} {}", self.listed_at, self.slug)))
    }
}

#[cfg(test)]
mod fuzz;
