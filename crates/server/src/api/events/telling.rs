//! What one client is told, and until when.

use std::sync::Arc;
use std::time::Duration;

use notespot_metadata::listeners::Listening;
use notespot_metadata::{MetadataError, MetadataStore};
use notespot_protocol::{Revision, Timestamp, UserId};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};
use tokio_util::sync::CancellationToken;

use super::streams::Place;
use crate::access::{Grant, Reader};
use crate::state::Server;

/// How often it is said that the server is there, and looked what this process was not told: whether the token is
/// good still, and what other processes have changed.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Between two revisions that are told: what comes meanwhile is told as one.
const QUIET: Duration = Duration::from_millis(100);
/// Then the client shows once more who it is.
const LONGEST: Duration = Duration::from_hours(1);

/// What is sent next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// This revision exists, and is the newest.
    Revision(Revision),
    /// Nothing new; the server is there.
    Alive,
}

/// One client that listens. What it has not read yet is not made yet: whoever reads slowly is told of the newest
/// then. Memory: less than a kibibyte, and what the connection takes.
pub(super) struct Telling {
    metadata: Arc<dyn MetadataStore>,
    owner: UserId,
    grant: Grant,
    listening: Listening,
    /// What the client was told last.
    known: Option<Revision>,
    has_begun: bool,
    heartbeat: Interval,
    quiet_until: Instant,
    ends: Instant,
    revoked: watch::Receiver<()>,
    stop: CancellationToken,
    _place: Place,
}

/// Why it is time to say something.
enum Woken {
    Told(Revision),
    Heartbeat,
    Revoked,
}

impl Telling {
    pub(super) fn begin(server: &Server, reader: Reader, known: Option<Revision>, place: Place) -> Self {
        let revoked = server.revoked.subscribe();
        Self::new(Arc::clone(&server.metadata), reader, known, revoked, server.stop.clone(), place)
    }

    fn new(
        metadata: Arc<dyn MetadataStore>,
        Reader { owner, grant }: Reader,
        known: Option<Revision>,
        revoked: watch::Receiver<()>,
        stop: CancellationToken,
        place: Place,
    ) -> Self {
        let now = Instant::now();
        let good_for = grant.ends_at.map_or(LONGEST, left_until);
        let mut heartbeat = interval_at(now + HEARTBEAT, HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            // Before anything is looked at: what comes after it is heard of.
            listening: metadata.listen(&owner),
            metadata,
            owner,
            grant,
            known,
            has_begun: false,
            heartbeat,
            quiet_until: now,
            ends: now + good_for.min(LONGEST),
            revoked,
            stop,
            _place: place,
        }
    }

    /// What to say next, when it is time; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Said> {
        if !std::mem::replace(&mut self.has_begun, true) {
            // Something is sent at once, so that the client and all in between see that it works.
            return Some(self.look().await?.map_or(Said::Alive, Said::Revision));
        }
        loop {
            match self.woken().await? {
                Woken::Told(revision) if self.known.is_none_or(|known| revision > known) => {
                    return self.news(revision).map(Said::Revision);
                }
                Woken::Heartbeat => return Some(self.look().await?.map_or(Said::Alive, Said::Revision)),
                Woken::Revoked if self.grant.can_be_revoked() => {
                    if let Some(revision) = self.look().await? {
                        return Some(Said::Revision(revision));
                    }
                }
                Woken::Told(_) | Woken::Revoked => {}
            }
        }
    }

    async fn woken(&mut self) -> Option<Woken> {
        let Self { listening, heartbeat, quiet_until, ends, revoked, stop, .. } = self;
        tokio::select! {
            // Ends come first: a client that reads again after long is told nothing that it may not know.
            biased;
            () = stop.cancelled() => None,
            () = sleep_until(*ends) => None,
            Ok(()) = revoked.changed() => Some(Woken::Revoked),
            _ = heartbeat.tick() => Some(Woken::Heartbeat),
            revision = newer_after(*quiet_until, listening) => Some(Woken::Told(revision)),
        }
    }

    /// Looks what is new since the client was told last; `None` where it may not know.
    async fn look(&mut self) -> Option<Option<Revision>> {
        match self.newest().await {
            Ok(newest) => newest.map(|newest| self.news(newest)),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a stream of events was cut off");
                None
            }
        }
    }

    /// The newest revision; `None` where it is none of the client's business any more.
    async fn newest(&self) -> Result<Option<Revision>, MetadataError> {
        if !self.grant.still_reads(&*self.metadata, &self.owner).await? {
            return Ok(None);
        }
        match self.metadata.user_record(&self.owner).await {
            Ok(record) if record.is_banned => Ok(None),
            Ok(record) => Ok(Some(record.me.revision)),
            Err(MetadataError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The revision, if it is another than the one that the client knows. A lower one is news too: the server was
    /// restored from a backup.
    fn news(&mut self, newest: Revision) -> Option<Revision> {
        if self.known == Some(newest) {
            return None;
        }
        self.known = Some(newest);
        self.quiet_until = Instant::now() + QUIET;
        Some(newest)
    }
}

async fn newer_after(quiet_until: Instant, listening: &mut Listening) -> Revision {
    sleep_until(quiet_until).await;
    listening.newer().await
}

fn left_until(end: Timestamp) -> Duration {
    let millis = end.as_millis().saturating_sub(Timestamp::now().as_millis());
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use notespot_metadata::nodes::Nodes as _;
    use notespot_metadata::sqlite::SqliteMetadata;
    use notespot_metadata::tokens::Tokens as _;
    use notespot_metadata::users::{Profile, Users as _};
    use notespot_protocol::{
        ByteCount, ClientRef, NewAccessToken, NewFolder, NodeName, OnConflict, Scope, TokenId,
    };
    use tempfile::TempDir;
    use tokio::time::{interval, timeout};

    use prometheus_client::metrics::gauge::Gauge;

    use super::super::streams::Streams;
    use super::*;
    use crate::access::{hash_of, make_token};

    /// The longest that anything here waits.
    const BOUND: Duration = Duration::from_secs(20);
    const OFTEN: Duration = Duration::from_millis(20);

    struct Stand {
        folder: TempDir,
        metadata: Arc<SqliteMetadata>,
        ada: UserId,
        revoked: watch::Sender<()>,
        stop: CancellationToken,
    }

    impl Stand {
        async fn start() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let metadata = Arc::new(open(&folder).await);
            let ada = UserId("ada".to_owned());
            let profile = Profile { id: ada.clone(), name: "Ada".to_owned(), email: None };
            metadata.ensure_user(&profile, ByteCount(1000)).await.unwrap();
            let (revoked, stop) = (watch::Sender::new(()), CancellationToken::new());
            Self { folder, metadata, ada, revoked, stop }
        }

        fn tells(&self, grant: Grant, known: Option<u64>) -> Telling {
            let place = Streams::new(100, &Gauge::default()).take(&self.ada).unwrap();
            let reader = Reader { owner: self.ada.clone(), grant };
            let (metadata, revoked) = (Arc::clone(&self.metadata), self.revoked.subscribe());
            Telling::new(metadata, reader, known.map(Revision), revoked, self.stop.clone(), place)
        }

        async fn token(&self, scopes: &[Scope]) -> (TokenId, Grant) {
            let wanted = NewAccessToken { name: "t".to_owned(), scopes: scopes.to_vec(), ends_at: None };
            let made = make_token(&*self.metadata, &self.ada, wanted).await.unwrap();
            (made.token.id, Grant::of_token(hash_of(&made.secret), None))
        }
    }

    async fn open(folder: &TempDir) -> SqliteMetadata {
        SqliteMetadata::open(&folder.path().join("metadata.db")).await.unwrap()
    }

    fn for_long() -> Grant {
        Grant::until(Timestamp::now().plus(LONGEST))
    }

    async fn make_folder(metadata: &SqliteMetadata, owner: &UserId) {
        let folder = NewFolder {
            client_ref: ClientRef::generate(),
            id: None,
            parent: None,
            name: NodeName::new("Folder").unwrap(),
            on_conflict: OnConflict::KeepBoth,
            reuse: false,
        };
        metadata.create_folder(owner, &folder).await.unwrap();
    }

    async fn next(telling: &mut Telling) -> Option<Said> {
        timeout(BOUND, telling.next()).await.unwrap()
    }

    #[tokio::test]
    async fn whoever_reads_slowly_is_told_of_the_newest_and_of_nothing_before_it() {
        let stand = Stand::start().await;
        let mut telling = stand.tells(for_long(), None);
        assert_eq!(next(&mut telling).await, Some(Said::Revision(Revision(0))));
        for _ in 0..9 {
            make_folder(&stand.metadata, &stand.ada).await;
        }
        assert_eq!(next(&mut telling).await, Some(Said::Revision(Revision(9))));
        assert!(timeout(QUIET * 2, telling.next()).await.is_err(), "there is no backlog");
        make_folder(&stand.metadata, &stand.ada).await;
        assert_eq!(next(&mut telling).await, Some(Said::Revision(Revision(10))));
    }

    #[tokio::test]
    async fn what_another_process_changes_is_told_with_the_next_heartbeat() {
        let stand = Stand::start().await;
        let other = open(&stand.folder).await;
        let mut telling = stand.tells(for_long(), Some(0));
        telling.heartbeat = interval(OFTEN);
        assert_eq!(next(&mut telling).await, Some(Said::Alive), "it is known");
        make_folder(&other, &stand.ada).await;
        while next(&mut telling).await.unwrap() != Said::Revision(Revision(1)) {}
        assert_eq!(next(&mut telling).await, Some(Said::Alive));
    }

    #[tokio::test]
    async fn a_token_that_was_revoked_elsewhere_or_here_ends_what_it_had_opened() {
        let stand = Stand::start().await;
        let other = open(&stand.folder).await;
        let (elsewhere, grant) = stand.token(&[Scope::Read]).await;
        let mut telling = stand.tells(grant, None);
        telling.heartbeat = interval(OFTEN);
        next(&mut telling).await.unwrap();
        other.remove_token(&stand.ada, elsewhere).await.unwrap();
        while next(&mut telling).await.is_some() {}

        let (here, grant) = stand.token(&[Scope::Read]).await;
        let (_, kept) = stand.token(&[Scope::Read]).await;
        let mut telling = stand.tells(grant, None);
        let mut goes_on = [stand.tells(for_long(), None), stand.tells(kept, None)];
        next(&mut telling).await.unwrap();
        for telling in &mut goes_on {
            next(telling).await.unwrap();
        }
        stand.metadata.remove_token(&stand.ada, here).await.unwrap();
        stand.revoked.send_replace(());
        assert_eq!(next(&mut telling).await, None);
        make_folder(&stand.metadata, &stand.ada).await;
        for telling in &mut goes_on {
            assert_eq!(next(telling).await, Some(Said::Revision(Revision(1))));
        }
    }

    #[tokio::test]
    async fn it_ends_with_what_was_shown_with_the_user_and_with_the_server() {
        let stand = Stand::start().await;
        let soon = Grant::until(Timestamp::now().plus(Duration::from_millis(300)));
        let mut telling = stand.tells(soon, None);
        next(&mut telling).await.unwrap();
        assert_eq!(next(&mut telling).await, None);
        assert_eq!(next(&mut stand.tells(Grant::until(Timestamp::now()), None)).await, None);
        let (_, uploads) = stand.token(&[Scope::Upload]).await;
        assert_eq!(next(&mut stand.tells(uploads, None)).await, None, "it may not read");

        let (mut erased, mut stopped) = (stand.tells(for_long(), None), stand.tells(for_long(), None));
        erased.heartbeat = interval(OFTEN);
        next(&mut erased).await.unwrap();
        next(&mut stopped).await.unwrap();
        stand.metadata.erase_user(&stand.ada).await.unwrap();
        while next(&mut erased).await.is_some() {}
        stand.stop.cancel();
        assert_eq!(next(&mut stopped).await, None);
    }

    #[tokio::test]
    async fn a_server_that_was_restored_says_so_to_whoever_knows_more_than_it() {
        let stand = Stand::start().await;
        let mut telling = stand.tells(for_long(), Some(700));
        assert_eq!(next(&mut telling).await, Some(Said::Revision(Revision(0))));
    }
}
