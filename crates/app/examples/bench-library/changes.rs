//! A thousand changes come at once.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use notespot_protocol::window::ViewSort;
use notespot_protocol::{Batch, BatchItem, Node, NodeEdit, NodePatch, Order};
use notespot_testkit::{Answer, Api};

use crate::SEED;
use crate::figures::{Draw, Figures};
use crate::standing::{Standing, open, search};

const CHANGES: u32 = 1000;
/// Nothing else comes after it.
const QUIET: Duration = Duration::from_millis(1500);

pub(crate) async fn measure(standing: &Standing, rounds: u32) -> Figures {
    let mut figures = Figures::default();
    let (app, heard) = standing.settled().await;
    let api = Api::new(standing.server.clone(), Some(standing.token.clone())).unwrap();
    let view = open(&app, search("kind:file"), ViewSort::Name, Order::Ascending).await;
    assert!(view.total > 2 * CHANGES, "so many have to be there");
    let mut draw = Draw(SEED);
    for round in 0..rounds {
        // Neighbours in a folder change together, and others anywhere: all of them get other names.
        let start = draw.below(view.total.saturating_sub(CHANGES));
        let mut rows = app.view_rows(view.id, start, 500).await.unwrap();
        while rows.len() < CHANGES as usize {
            rows.extend(app.view_rows(view.id, draw.below(view.total), 1).await.unwrap());
            rows.sort_unstable_by_key(|row| row.id);
            rows.dedup_by_key(|row| row.id);
        }
        let renamed =
            |name: &str| format!("{} {round} {name}", ["zebra", "m\u{fc}ller", "apple"][round as usize % 3]);
        let items: Vec<_> = rows
            .iter()
            .map(|row| NodeEdit {
                id: row.id,
                if_match: None,
                patch: NodePatch {
                    name: Some(renamed(row.name.as_str()).parse().unwrap()),
                    ..NodePatch::default()
                },
            })
            .collect();
        tokio::time::sleep(QUIET).await;
        heard.library_changed.store(0, Ordering::Relaxed);
        heard.state_changed.store(0, Ordering::Relaxed);

        let told = tokio::spawn(next_revision(api.clone()));
        tokio::time::sleep(Duration::from_millis(100)).await;
        let answering = tokio::spawn({
            let api = api.clone();
            async move { api.post("/v1/nodes/edit", &Batch { items }).await.unwrap() }
        });
        let told = told.await.unwrap();
        while heard.library_changed.load(Ordering::Relaxed) == 0 {
            heard.told.notified().await;
        }
        figures.add_time("changes.thousand_ms", told.elapsed());
        all_were_made(&answering.await.unwrap());
        tokio::time::sleep(QUIET).await;
        figures.add("changes.repaints", f64::from(heard.library_changed.load(Ordering::Relaxed)));
        figures.add("changes.states", f64::from(heard.state_changed.load(Ordering::Relaxed)));
        let last = rows.last().unwrap();
        let shown = app.node_details(last.id).await.unwrap().node;
        assert_eq!(shown.name.as_str(), renamed(last.name.as_str()), "everything is in");
    }
    app.shut_down().await;
    figures
}

/// When the server said that there is something new.
async fn next_revision(api: Api) -> Instant {
    let request = api.request("GET".parse().unwrap(), "/v1/events").unwrap();
    let mut events = request.send().await.unwrap();
    let mut said = 0;
    loop {
        let chunk = events.chunk().await.unwrap().unwrap();
        said += chunk.windows(3).filter(|three| three == b"id:").count();
        // The first says where it stands.
        if said > 1 {
            return Instant::now();
        }
    }
}

fn all_were_made(answer: &Answer) {
    let outcomes: Batch<BatchItem<Node>> = answer.json().unwrap();
    let refused = outcomes.items.iter().filter(|item| !matches!(item, BatchItem::Done { .. })).count();
    assert_eq!((outcomes.items.len(), refused), (CHANGES as usize, 0));
}
