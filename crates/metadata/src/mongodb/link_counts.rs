//! How often links were opened and downloaded.
//!
//! Counts stand beside the links, in documents that no transaction writes to: a link that everybody opens is not in
//! its owner's way. Servers of the version before count in the link itself, so both are added up.

use std::collections::HashMap;

use mongodb::bson::doc;
use notespot_protocol::{Slug, UserId};

use super::collections::Collections;
use super::connection::{AT_ONCE, Find};
use super::{MongoMetadata, failure, links, rows};
use crate::Result;
use crate::links::StoredLink;

impl MongoMetadata {
    /// Counts one of something. A slug that is nobody's counts nothing.
    pub(super) async fn count(&self, slug: &Slug, counter: &str) -> Result<()> {
        let Some(owner) = links::owner_of(&mut self.reader(), slug).await? else { return Ok(()) };
        let count = || {
            let one_more = doc! { "$inc": { counter: 1_i64 } };
            self.at.link_counts().update_one(links::named(&owner, slug), one_more).upsert(true)
        };
        let written = match count().await.map_err(Into::into) {
            // Another server counted the first one in this moment.
            Err(error) if failure::is_duplicate(&error) => count().await?,
            written => written?,
        };
        // An owner who is erased meanwhile has lost the slug before the counts: nothing may be left.
        if written.upserted_id.is_some() && links::owner_of(&mut self.reader(), slug).await?.is_none() {
            self.reader().delete_many(Collections::link_counts, links::named(&owner, slug)).await?;
        }
        Ok(())
    }

    /// The link with what was counted beside it.
    pub(super) async fn counted(&self, mut link: StoredLink) -> Result<StoredLink> {
        let owner = link.owner.clone();
        self.add_counts(&owner, [&mut link]).await?;
        Ok(link)
    }

    /// Adds what was counted beside these links of one owner.
    pub(super) async fn add_counts<'a>(
        &self,
        owner: &UserId,
        links: impl IntoIterator<Item = &'a mut StoredLink>,
    ) -> Result<()> {
        let mut links: HashMap<String, &mut StoredLink> =
            links.into_iter().map(|link| (link.slug.to_string(), link)).collect();
        let slugs: Vec<String> = links.keys().cloned().collect();
        for some in slugs.chunks(AT_ONCE) {
            let these = doc! { "_id": rows::any_of_texts(some), "owner": &owner.0 };
            let find = Find::new(these).limit(some.len());
            for row in self.reader().find(Collections::link_counts, find).await? {
                if let Some(link) = links.get_mut(&row.slug) {
                    link.views = link.views.saturating_add(rows::count(row.views)?);
                    link.downloads = link.downloads.saturating_add(rows::count(row.downloads)?);
                }
            }
        }
        Ok(())
    }
}
