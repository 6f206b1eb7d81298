//! Public links.

use notespot_protocol::{CatalogueQuery, LinkPatch, ListedFile, NewLink, Page, PublicLink, Revision, Slug};

use super::{ApiClient, Call, pairs};
use crate::ClientError;

impl ApiClient {
    /// The living link of a node, made if there is none.
    pub async fn create_link(&self, link: &NewLink) -> Result<PublicLink, ClientError> {
        self.send(Call::post_again("/v1/links").json(link)).await
    }

    /// The user's living links.
    pub async fn links(&self) -> Result<Vec<PublicLink>, ClientError> {
        self.send(Call::get("/v1/links")).await
    }

    /// One link, with its counters.
    pub async fn link(&self, slug: &Slug) -> Result<PublicLink, ClientError> {
        self.send(Call::get(format!("/v1/links/{slug}"))).await
    }

    /// Changes a link; with `if_match`, only at that revision of it.
    pub async fn edit_link(
        &self,
        slug: &Slug,
        patch: &LinkPatch,
        if_match: Option<Revision>,
    ) -> Result<PublicLink, ClientError> {
        self.send(Call::patch(format!("/v1/links/{slug}"), if_match).json(patch)).await
    }

    /// One page of everybody's public files. It may be empty and not the last.
    pub async fn catalogue(&self, query: &CatalogueQuery) -> Result<Page<ListedFile>, ClientError> {
        self.send(Call::get("/v1/catalogue").query(pairs(query))).await
    }

    /// Ends a link at once and for ever.
    pub async fn end_link(&self, slug: &Slug) -> Result<PublicLink, ClientError> {
        self.send(Call::delete(format!("/v1/links/{slug}"))).await
    }
}
