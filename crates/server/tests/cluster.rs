//! Three servers behind a load balancer, with one MongoDB, one S3 server and Clerk: killed and started again while
//! people use them.

mod device;
mod follower;
mod kept;
mod ledger;
mod patient;
mod tree;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use notespot_protocol::{ClientRef, Me, NewFolder, NewlyMadeToken, Node, NodeName, OnConflict, Revision};
use notespot_testkit::{Api, Balancer, ClerkStandIn, Draws, MongoDb, S3Server, TestServer};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use self::device::Device;
use self::follower::Follower;
use self::ledger::{Kept, Ledger};
use self::patient::{Counts, Patient};
use self::tree::Tree;

const SERVERS: usize = 3;
const OWNERS: usize = 5;
/// Of each owner.
const DEVICES: usize = 2;
/// Of each such connection the answer is lost, so that it is not known what happened.
const LOST_EACH: usize = 11;
/// The longest that anything is waited for.
const BOUND: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(20);

struct Cluster {
    servers: Vec<TestServer>,
    balancer: Balancer,
    clerk: ClerkStandIn,
    _objects: S3Server,
    _metadata: MongoDb,
}

/// What belongs to one owner while the servers are killed.
struct Owner {
    token: String,
    /// What was there before anybody else did anything.
    first: Node,
    devices: Vec<Device>,
    followers: Vec<Follower>,
}

impl Cluster {
    async fn start() -> Self {
        let clerk = ClerkStandIn::start().await.unwrap();
        let (balancer, objects) = (Balancer::start().await.unwrap(), S3Server::garage().await.unwrap());
        let metadata = MongoDb::new().unwrap();
        let mut flags = clerk.flags();
        for (flag, value) in [
            ("--metadata", metadata.address()),
            ("--objects", objects.bucket()),
            ("--public-url", balancer.url().to_string()),
        ] {
            flags.extend([flag.to_owned(), value]);
        }
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let servers = join_all((0..SERVERS).map(|_| TestServer::with(&flags))).await;
        let servers: Vec<_> = servers.into_iter().map(Result::unwrap).collect();
        for server in &servers {
            balancer.put_behind(server.address()).unwrap();
        }
        let cluster = Self { servers, balancer, clerk, _objects: objects, _metadata: metadata };
        cluster.all_are_ready().await;
        cluster
    }

    async fn all_are_ready(&self) {
        let ready = async {
            while self.balancer.ready() < SERVERS {
                sleep(PAUSE).await;
            }
        };
        timeout(BOUND, ready).await.expect("not all servers are ready");
    }

    /// The API by way of the load balancer. Each call has a connection of its own: so servers take turns.
    fn api(&self, token: &str) -> Api {
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        Api::over(http, self.balancer.url().clone(), Some(token.to_owned()))
    }

    /// Somebody new, with devices that have not begun.
    async fn owner(&self, number: usize, draws: &mut Draws, counts: &Arc<Counts>) -> Owner {
        let id = format!("user_{number}");
        self.clerk.add_user(&id, &format!("Person{number}"), "Doe", &format!("person{number}@example.org"));
        let token = self.clerk.access_token(&id).sign();
        let patient = || Patient::new(self.api(&token), Arc::clone(counts));
        let first = NewFolder {
            client_ref: ClientRef::generate(),
            id: None,
            parent: None,
            name: NodeName::new("first").unwrap(),
            on_conflict: OnConflict::Fail,
            reuse: false,
        };
        let first: Node = self.api(&token).post("/v1/nodes", &first).await.unwrap().json().unwrap();
        assert_eq!(first.revision, Revision(1));
        let devices = (0..DEVICES).map(|_| Device::new(patient(), draws.beside())).collect();
        let followers = (0..DEVICES).map(|_| Follower::start(patient())).collect();
        Owner { token, first, devices, followers }
    }
}

/// Ten devices of five people do whatever they do, each from its own draws, over a network that loses answers. Each sends again what was not answered,
/// and notes what was; each listens beside, and keeps what it hears of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_die_lose_nothing_double_nothing_and_tell_everybody() {
    let (mut draws, counts) = (Draws::begin(), Arc::new(Counts::default()));
    let mut cluster = Cluster::start().await;
    let mut owners = Vec::new();
    for number in 0..OWNERS {
        owners.push(cluster.owner(number, &mut draws, &counts).await);
    }

    let over = watch::Sender::new(false);
    let devices: Vec<_> = owners.iter_mut().flat_map(|owner| owner.devices.drain(..)).collect();
    let working: Vec<_> =
        devices.into_iter().map(|device| tokio::spawn(device.work(over.subscribe()))).collect();
    cluster.balancer.lose_each(LOST_EACH);
    let deaths = trouble::befalls(&mut cluster.servers, &mut draws).await;
    cluster.balancer.lose_each(0);
    over.send_replace(true);
    let devices: Vec<Device> = join_all(working).await.into_iter().map(Result::unwrap).collect();
    cluster.all_are_ready().await;

    let revoked = a_token_that_is_revoked_at_one_opens_no_other(&cluster, &owners[0]).await;
    let mut devices = devices.into_iter();
    let mut total = Kept::default();
    for owner in owners {
        let devices: Vec<_> = devices.by_ref().take(DEVICES).collect();
        total.add(holds(&cluster, owner, devices, &counts).await);
    }
    revoked.await.unwrap();
    report(&counts, &deaths, &total, &cluster.balancer);
}

/// Looks at what is there of one owner, through each server, and at what those who listened were told.
async fn holds(cluster: &Cluster, owner: Owner, devices: Vec<Device>, counts: &Arc<Counts>) -> Kept {
    let Owner { token, first, followers, .. } = owner;
    let patient = |api| Patient::new(api, Arc::clone(counts));
    let mut ledger = Ledger::default();
    ledger.has(first);
    for device in devices {
        ledger.add(device.ledger());
    }
    let balanced = patient(cluster.api(&token));
    let me: Me = balanced.get("/v1/me").await.json().unwrap();
    ledger.agrees_with_usage(me.used);
    for follower in followers {
        let (tree, seen) = follower.reaches(me.revision).await;
        ledger.agrees_with(&tree);
        ledger.has_seen(seen);
    }
    ledger.has_each_revision_once(me.revision);
    for server in &cluster.servers {
        ledger.agrees_with(&Tree::fill(&patient(server.api(token.clone()).unwrap())).await);
        ledger.agrees_with_public_pages(&patient(server.stranger().unwrap())).await;
    }
    kept::is_whole(&balanced, &ledger).await;
    ledger.kept()
}

/// Refused at once; a stream that is open ends when it next looks, every 15 seconds.
async fn a_token_that_is_revoked_at_one_opens_no_other(
    cluster: &Cluster,
    owner: &Owner,
) -> tokio::task::JoinHandle<()> {
    let [one, others @ ..] = cluster.servers.as_slice() else { panic!("no servers") };
    let person = one.api(owner.token.clone()).unwrap();
    let wanted = json!({ "name": "t", "scopes": ["read"] });
    let made: NewlyMadeToken = person.post("/v1/tokens", &wanted).await.unwrap().json().unwrap();
    let elsewhere: Vec<_> = others.iter().map(|server| server.api(made.secret.clone()).unwrap()).collect();
    let mut streams = Vec::new();
    for api in &elsewhere {
        assert_eq!(api.get("/v1/me").await.unwrap().status, 200);
        streams.push(api.request(reqwest::Method::GET, "/v1/events").unwrap().send().await.unwrap());
    }
    assert_eq!(person.delete(&format!("/v1/tokens/{}", made.token.id)).await.unwrap().status, 204);
    for api in &elsewhere {
        assert_eq!(api.get("/v1/me").await.unwrap().status, 401);
    }
    tokio::spawn(async move {
        for stream in streams {
            timeout(BOUND, stream.bytes()).await.expect("the stream goes on").unwrap();
        }
    })
}

#[expect(clippy::print_stdout, reason = "the counts say how much was tried")]
fn report(counts: &Counts, deaths: &trouble::Deaths, total: &Kept, balancer: &Balancer) {
    println!("{counts}\n{deaths}\n{total}\n{:?}", balancer.balanced());
}
