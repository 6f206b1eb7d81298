//! Being told that there is something new.

use std::time::Duration;

use notespot_network::shown;
use notespot_protocol::{ErrorCode, Revision, RevisionEvent};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderValue};
use reqwest::{Method, Response};
use tokio::time::timeout;
use url::Url;

use super::ApiClient;
use super::sse::Reader;
use crate::answer::{self, Declined, media_type_is, not_notespot};
use crate::http::unreachable;
use crate::{ClientError, Secret};

/// The server sends something every 15 seconds.
const STALLED_AFTER: Duration = Duration::from_secs(45);
/// Longer than the server's own longest stream.
const LONGEST: Duration = Duration::from_hours(2);

/// Revisions as they come to exist: always the newest, and never a backlog. Dropping it closes the stream.
#[derive(Debug)]
pub struct Events {
    server: Url,
    answer: Response,
    reader: Reader,
    /// The newest that was told and not given out yet.
    told: Option<Revision>,
}

impl ApiClient {
    /// Listens for changes. The newest revision is told at once, unless it is `last`; from then on each
    /// soon after it came to be. Renews the access token once when the server answers 401; is not repeated:
    /// whoever listens begins again anyway, because every stream ends within an hour.
    pub async fn events(&self, last: Option<Revision>) -> Result<Events, ClientError> {
        let token = self.session.bearer().await?;
        let opened = match self.open_events(last, &token).await {
            Err(declined) if declined.error.code() == ErrorCode::NotSignedIn => {
                let token = self.session.renew(token).await?;
                self.open_events(last, &token).await
            }
            opened => opened,
        };
        opened.map_err(|declined| declined.error)
    }

    async fn open_events(&self, last: Option<Revision>, token: &Secret) -> Result<Events, Declined> {
        let server = self.session.server();
        let url = server.join("/v1/events").map_err(|_| not_notespot(server, "its address takes no path"))?;
        let mut request = self.session.http().request(Method::GET, url).bearer_auth(token.expose());
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        let request = request.header(ACCEPT, "text/event-stream").timeout(LONGEST).build();
        let mut request = request.map_err(ClientError::Setup)?;
        // Not packed: an event is to be read when it arrives, and not when there is enough to unpack.
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let opening = timeout(STALLED_AFTER, self.session.http().execute(request)).await;
        let answer = opening.map_err(|_| stalled(server))??;
        if !answer.status().is_success() || !media_type_is(&answer, &["text/event-stream"]) {
            let is_something_else = answer::read::<serde::de::IgnoredAny>(server, answer).await;
            is_something_else?;
            return Err(not_notespot(server, "the answer is no stream of events").into());
        }
        Ok(Events { server: server.clone(), answer, reader: Reader::default(), told: None })
    }
}

impl Events {
    /// The next revision, when there is one; `None` when the server has ended the stream: it is to be opened
    /// again. A stream on which nothing arrives for 45 seconds, not even a heartbeat, is `Unreachable`. May be
    /// dropped and called again.
    pub async fn next(&mut self) -> Result<Option<Revision>, ClientError> {
        loop {
            if let Some(revision) = self.told.take() {
                return Ok(Some(revision));
            }
            let piece = timeout(STALLED_AFTER, self.answer.chunk()).await;
            let piece = piece.map_err(|_| stalled(&self.server))?;
            match piece.map_err(|error| unreachable(&self.server, error))? {
                Some(piece) => self.told = self.newest_of(&piece)?,
                None => return Ok(None),
            }
        }
    }

    /// The last of the revisions that a piece tells of: whoever was away hears the newest.
    fn newest_of(&mut self, piece: &[u8]) -> Result<Option<Revision>, ClientError> {
        let events = self.reader.read(piece);
        let events = events.map_err(|_| not_notespot(&self.server, "an event has no end"))?;
        // Events of other names are of a later version.
        let Some(event) = events.iter().rfind(|event| event.name == "revision") else { return Ok(None) };
        let told: RevisionEvent = serde_json::from_str(&event.data)
            .map_err(|_| not_notespot(&self.server, "the event is not what was asked for"))?;
        Ok(Some(told.revision))
    }
}

fn stalled(server: &Url) -> ClientError {
    ClientError::Unreachable { server: shown(server), source: None }
}
