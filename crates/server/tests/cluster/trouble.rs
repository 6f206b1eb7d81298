//! What befalls servers.

use std::fmt;
use std::time::Duration;

use notespot_testkit::{Draws, TestServer};
use tokio::time::{Instant, sleep};

use super::BOUND;

/// One after the other; at times two are away at once.
const KILLS: usize = 7;
/// A server that is killed stays away for so long at the most.
const AWAY: Duration = Duration::from_millis(800);
/// Between one trouble and the next.
const QUIET: Duration = Duration::from_millis(1200);

#[derive(Debug, Default)]
pub(super) struct Deaths {
    killed: usize,
    ended_in_order: usize,
    lasted: Duration,
}

impl fmt::Display for Deaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { killed, ended_in_order, lasted } = self;
        write!(
            f,
            "{killed} times a server was killed, {ended_in_order} times one ended in order, in {lasted:.1?}"
        )
    }
}

/// Kills servers and starts them again, and then ends each in order and starts it again, as a new version is rolled
/// out. All run when it is done.
pub(super) async fn befalls(servers: &mut [TestServer], draws: &mut Draws) -> Deaths {
    let (began, mut deaths) = (Instant::now(), Deaths::default());
    sleep(QUIET).await;
    while deaths.killed < KILLS {
        let first = index(draws, servers.len());
        let both = draws.below(3) == 0;
        let killed = if both { vec![first, (first + 1) % servers.len()] } else { vec![first] };
        for server in &killed {
            servers[*server].kill_9().await.unwrap();
            deaths.killed += 1;
        }
        sleep(draws.moment(AWAY)).await;
        for server in killed {
            start_again(&mut servers[server]).await;
        }
        sleep(draws.moment(QUIET)).await;
    }
    for server in servers {
        let ended = server.stop().await.unwrap();
        assert!(ended.success(), "it did not end in order: {ended}\n{}", server.log().unwrap());
        deaths.ended_in_order += 1;
        start_again(server).await;
        sleep(draws.moment(QUIET)).await;
    }
    Deaths { lasted: began.elapsed(), ..deaths }
}

fn index(draws: &mut Draws, below: usize) -> usize {
    usize::try_from(draws.below(below as u64)).unwrap()
}

/// Where something else has its port in this moment, it is tried again.
async fn start_again(server: &mut TestServer) {
    let began = Instant::now();
    while let Err(error) = server.start_again().await {
        assert!(began.elapsed() < BOUND, "{error:#}");
        sleep(AWAY).await;
    }
}
