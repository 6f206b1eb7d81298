//! What a server says of itself.

use notespot_network::shown;
use notespot_protocol::Discovery;
use reqwest::Method;
use url::Url;

use crate::answer;
use crate::http::Http;
use crate::{ClientError, Session};

/// Asks a session's server what it is. Needs nobody to be signed in, and is not repeated: whoever wants
/// to know whether the server is there wants to know it now.
///
/// `NotANotespotServer` when something else answers, also with a version that is not ours.
pub async fn discover(session: &Session) -> Result<Discovery, ClientError> {
    discover_with(session.http(), session.server()).await
}

pub(crate) async fn discover_with(http: &Http, server: &Url) -> Result<Discovery, ClientError> {
    let not_ours = |reason| ClientError::NotANotespotServer { server: shown(server), reason };
    let url = server.join(".well-known/notespot.json").map_err(|_| not_ours("its address takes no path"))?;
    let answer = http.send(http.request(Method::GET, url)).await?;
    let discovery: Discovery = answer::read(server, answer).await.map_err(|declined| declined.error)?;
    if discovery.product != Discovery::PRODUCT {
        return Err(not_ours("it is another product"));
    }
    if discovery.api_version != Discovery::API_VERSION {
        return Err(not_ours("it speaks another version of the API"));
    }
    Ok(discovery)
}
