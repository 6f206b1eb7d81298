//! What every handler works with.

use std::sync::Arc;

use notespot_metadata::MetadataStore;
use notespot_metadata::links::StoredLink;
use notespot_objects::ObjectStore;
use notespot_protocol::{ByteCount, PublicLink, Slug};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::access::LateProfiles;
use crate::admission::Admission;
use crate::api::Streams;
use crate::config::Config;
use crate::identity::{Verifier, WebhookSecret};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::secret::Secret;
use crate::shares::{self, Shares};
use crate::stores::Parts;

/// The largest file: S3's limit for one object, 5 TiB.
pub(crate) const FILE_MAX: ByteCount = ByteCount(5 << 40);

/// How the server is told to end: first to be left alone, then to end.
#[derive(Clone, Default)]
pub(crate) struct Ends {
    pub(crate) ending: CancellationToken,
    pub(crate) stop: CancellationToken,
}

/// What every handler works with.
pub(crate) struct Server {
    pub(crate) metadata: Arc<dyn MetadataStore>,
    pub(crate) objects: Arc<dyn ObjectStore>,
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) public_url: Url,
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) quota: ByteCount,
    /// What Clerk's webhooks are signed with, where they are listened to.
    pub(crate) webhook_secret: Option<WebhookSecret>,
    /// People whose names are asked for later.
    pub(crate) late_profiles: LateProfiles,
    /// Told when there is something to sweep.
    pub(crate) orphaned: Notify,
    /// How often anybody may ask.
    pub(crate) limits: Arc<Limits>,
    /// How much is worked on at once.
    pub(crate) admission: Arc<Admission>,
    /// What is counted of all this.
    pub(crate) metrics: Arc<Metrics>,
    /// What a caller of `/metrics` has to show, where it is not this machine itself.
    pub(crate) metrics_token: Option<Secret>,
    /// Who listens for changes.
    pub(crate) streams: Arc<Streams>,
    /// Told when a token was revoked here: what it had opened ends then.
    pub(crate) revoked: watch::Sender<()>,
    /// The server will end: load balancers are told to look elsewhere.
    pub(crate) ending: CancellationToken,
    /// The server ends: what would go on for ever ends too.
    pub(crate) stop: CancellationToken,
}

impl Server {
    pub(crate) fn new(config: &Config, public_url: Url, parts: &Parts, ends: Ends) -> Self {
        let operations = &config.operations;
        let metrics = Arc::<Metrics>::default();
        let store: Arc<dyn MetadataStore> = Arc::clone(&parts.metadata.store);
        let most = (operations.requests, operations.anonymous_requests);
        let exempt = shares::exempt(&operations.trusted_proxies);
        let of_each = Shares::new(operations.connections_of_one, exempt);
        Self {
            limits: Arc::new(Limits::new(store, most, Arc::clone(&metrics))),
            admission: Admission::new(operations.connections, of_each, Arc::clone(&metrics)),
            streams: Streams::new(operations.connections, &metrics.event_streams),
            metrics,
            metrics_token: operations.metrics_token.clone(),
            metadata: Arc::clone(&parts.metadata.store),
            objects: Arc::clone(&parts.objects),
            verifier: Arc::clone(&parts.verifier),
            public_url,
            issuer: parts.issuer.clone(),
            client_id: parts.client_id.clone(),
            quota: config.quota,
            webhook_secret: config.clerk.webhook_secret.clone(),
            late_profiles: LateProfiles::default(),
            orphaned: Notify::new(),
            revoked: watch::Sender::new(()),
            ending: ends.ending,
            stop: ends.stop,
        }
    }

    /// The address without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }

    /// Where a link's page is.
    pub(crate) fn link_url(&self, slug: &Slug) -> String {
        format!("{}/s/{slug}", self.base())
    }

    /// A link as its owner sees it.
    pub(crate) fn public_link(&self, link: StoredLink) -> PublicLink {
        PublicLink {
            url: self.link_url(&link.slug),
            slug: link.slug,
            node: link.node,
            created_at: link.created_at,
            ended_at: link.ended_at,
            views: link.views,
            downloads: link.downloads,
            listed: link.listed,
            revision: link.revision,
        }
    }
}
