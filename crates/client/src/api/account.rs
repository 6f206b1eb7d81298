//! The user, the change feed and personal access tokens.

use notespot_protocol::{
    AccessToken, ChangesPage, ChangesQuery, Me, MePatch, NewAccessToken, NewlyMadeToken, TokenId,
};

use super::{ApiClient, Call};
use crate::ClientError;

impl ApiClient {
    /// Who is signed in.
    pub async fn me(&self) -> Result<Me, ClientError> {
        self.send(Call::get("/v1/me")).await
    }

    /// Changes the profile.
    pub async fn patch_me(&self, patch: &MePatch) -> Result<Me, ClientError> {
        self.send(Call::patch("/v1/me", None).json(patch)).await
    }

    /// What changed after a revision.
    pub async fn changes(&self, query: ChangesQuery) -> Result<ChangesPage, ClientError> {
        let mut pairs = vec![("since".to_owned(), query.since.to_string())];
        let filling_since = query.filling_since.map(|since| ("filling_since".to_owned(), since.to_string()));
        pairs.extend(filling_since);
        pairs.extend(query.limit.map(|limit| ("limit".to_owned(), limit.to_string())));
        self.send(Call::get("/v1/changes").query(pairs)).await
    }

    /// The user's personal access tokens, without their secrets.
    pub async fn tokens(&self) -> Result<Vec<AccessToken>, ClientError> {
        self.send(Call::get("/v1/tokens")).await
    }

    /// Makes a personal access token. Not repeated: each arrival would make one.
    pub async fn create_token(&self, token: &NewAccessToken) -> Result<NewlyMadeToken, ClientError> {
        self.send(Call::post_once("/v1/tokens").json(token)).await
    }

    /// Revokes a personal access token.
    pub async fn delete_token(&self, id: TokenId) -> Result<(), ClientError> {
        self.send_for_nothing(Call::delete(format!("/v1/tokens/{id}"))).await
    }
}
