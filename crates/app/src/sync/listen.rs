//! Hearing at once that the server has something new.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::RngExt as _;

use crate::library::Library;
use crate::{App, Remote};

/// Before a stream that ended is opened again: everybody's ends when a server is restarted.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether the server says by itself that there is something new.
#[derive(Debug, Default)]
pub(super) struct Listening(AtomicBool);

impl Listening {
    pub(super) fn is_heard(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Nudges sync whenever the server has something that the library has not, and when the stream ends: the server
    /// may be away. Never ends by itself.
    pub(super) async fn listen(&self, app: &App, remote: &Remote, library: &Library) {
        loop {
            app.connected().await;
            if let Err(error) = self.hear(app, remote, library).await {
                tracing::debug!(%error, "the server cannot be listened to; it is asked from time to time");
            }
            if self.0.swap(false, Ordering::Relaxed) {
                app.nudge();
            }
            let pause = rand::rng().random_range(SHORTEST_PAUSE..LONGEST_PAUSE);
            tokio::time::sleep(pause).await;
        }
    }

    async fn hear(&self, app: &App, remote: &Remote, library: &Library) -> Result<(), crate::AppError> {
        let reached = library.progress().await?.revision;
        let mut events = remote.api.events(Some(reached)).await?;
        self.0.store(true, Ordering::Relaxed);
        while let Some(newest) = events.next().await? {
            if newest > library.progress().await?.revision {
                app.nudge();
            }
        }
        Ok(())
    }
}
