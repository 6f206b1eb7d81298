//! Public links.

use notespot_protocol::{NewLink, PublicLink, Slug};

use super::{ApiClient, Call};
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

    /// Ends a link at once and for ever.
    pub async fn end_link(&self, slug: &Slug) -> Result<PublicLink, ClientError> {
        self.send(Call::delete(format!("/v1/links/{slug}"))).await
    }
}
