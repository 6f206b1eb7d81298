//! What a page costs at the server, of a folder of so many and of one of a thousand, which take turns.

use std::time::{Duration, Instant};

use notespot_metadata::sqlite::generated::Shape;
use notespot_protocol::{ChangesPage, Node, NodeId, Page};
use notespot_testkit::Api;

use crate::SEED;
use crate::figures::{Draw, Figures, median};
use crate::world::World;

const SMALL: u64 = 1000;
/// Asked for in each round, of each.
const TIMES: u32 = 60;
const SORTS: [&str; 3] = ["name", "size", "modified"];
const ORDERS: [&str; 2] = ["ascending", "descending"];

/// A folder, and where pages of it begin.
struct Folder {
    api: Api,
    id: NodeId,
    nodes: u64,
    _world: World,
}

pub(crate) async fn measure(nodes: u64, rounds: u32) -> Figures {
    let mut figures = Figures::default();
    let (small, large) = (Folder::of(SMALL).await, Folder::of(nodes).await);
    let mut draw = Draw(SEED);
    for sort in SORTS {
        for order in ORDERS {
            let list = format!("sort={sort}&order={order}");
            let (of_small, of_large) = (small.cursors(&list).await, large.cursors(&list).await);
            for _ in 0..rounds {
                for (place, first) in [("first", true), ("deep", false)] {
                    let mut paths = |folder: &Folder, cursors: &[String]| {
                        let cursor = &cursors[draw.below(u32::try_from(cursors.len()).unwrap()) as usize];
                        let cursor = if first { String::new() } else { format!("&cursor={cursor}") };
                        format!("/v1/nodes?parent={}&{list}&limit=200{cursor}", folder.id)
                    };
                    let pairs = (0..TIMES).map(|_| (paths(&small, &of_small), paths(&large, &of_large)));
                    let pairs = pairs.collect::<Vec<_>>();
                    compare(&mut figures, &format!("server.{sort} {order}, {place}"), &small, &large, pairs)
                        .await;
                }
            }
        }
    }
    for _ in 0..rounds {
        let pairs = (0..TIMES)
            .map(|_| {
                let mut path = |folder: &Folder| {
                    let since = draw.below(u32::try_from(folder.nodes - 200).unwrap());
                    format!("/v1/changes?since={since}&limit=200")
                };
                (path(&small), path(&large))
            })
            .collect();
        compare(&mut figures, "server.changes", &small, &large, pairs).await;
    }
    figures
}

/// Asks both in turn. One value is the median of a round.
async fn compare(
    figures: &mut Figures,
    name: &str,
    small: &Folder,
    large: &Folder,
    pairs: Vec<(String, String)>,
) {
    let (mut of_small, mut of_large) = (Vec::new(), Vec::new());
    for (in_small, in_large) in pairs {
        of_small.push(small.time(&in_small).await);
        of_large.push(large.time(&in_large).await);
    }
    let (of_small, of_large) = (median(of_small), median(of_large));
    figures.add_time(format!("{name}.ms"), of_large);
    figures.add(format!("{name}.ratio"), of_large.as_secs_f64() / of_small.as_secs_f64());
}

impl Folder {
    async fn of(nodes: u64) -> Self {
        let world = World::shaped(nodes, Shape::Flat).await;
        let api = world.server.api(&world.token).unwrap();
        let top: Page<Node> = api.get("/v1/nodes").await.unwrap().json().unwrap();
        Self { api, id: top.items[0].id, nodes, _world: world }
    }

    /// Some of the places at which pages begin, from the first to the last.
    async fn cursors(&self, list: &str) -> Vec<String> {
        let mut cursors = Vec::new();
        let mut next = String::new();
        loop {
            let limit = if self.nodes > SMALL { 1000 } else { 150 };
            let path = format!("/v1/nodes?parent={}&{list}&limit={limit}{next}", self.id);
            let page: Page<Node> = self.api.get(&path).await.unwrap().json().unwrap();
            match page.next {
                Some(cursor) => {
                    next = format!("&cursor={}", cursor.0);
                    cursors.push(cursor.0);
                }
                None => break,
            }
        }
        // The last page is shorter than the others.
        cursors.truncate((cursors.len() - 1).max(1));
        cursors
    }

    async fn time(&self, path: &str) -> Duration {
        let began = Instant::now();
        let answer = self.api.get(path).await.unwrap();
        let took = began.elapsed();
        let items = if path.starts_with("/v1/changes") {
            answer.json::<ChangesPage>().unwrap().changes.len()
        } else {
            answer.json::<Page<Node>>().unwrap().items.len()
        };
        assert_eq!(items, 200, "{path}");
        took
    }
}
