//! Views, row ranges and searches.

use std::time::{Duration, Instant};

use notespot_app::App;
use notespot_protocol::Order::{Ascending, Descending};
use notespot_protocol::window::{ViewSort, ViewSource};

use crate::SEED;
use crate::figures::{Draw, Figures, median};
use crate::peers::Peer;
use crate::standing::{Standing, open, search, top};

/// Drawn in each round.
const DRAWS: u32 = 1000;
/// What the window reads at once.
const RANGE: u32 = 100;
/// Their parts are in about a tenth of all names.
const TENTHS: [&str; 5] = ["pdf", "png", "mp4", "re kind:pdf", "photo"];

pub(crate) async fn measure(standing: &Standing, rounds: u32, nodes: u64) -> Figures {
    let mut figures = Figures::default();
    let (app, _) = standing.settled().await;
    let peer = Peer::open(&standing.library());
    let mut draw = Draw(SEED);
    let everything = || search("");
    let lists = [
        ("recent", ViewSource::Recent, ViewSort::Modified, Descending),
        ("by name", everything(), ViewSort::Name, Ascending),
        ("by name, turned", everything(), ViewSort::Name, Descending),
        ("by size", everything(), ViewSort::Size, Descending),
        ("by time", everything(), ViewSort::Modified, Ascending),
        ("by link", everything(), ViewSort::Link, Descending),
        ("top level", top(), ViewSort::Name, Ascending),
    ];
    for _ in 0..rounds {
        let mut slowest = Duration::ZERO;
        for (name, source, sort, order) in &lists {
            let began = Instant::now();
            let view = open(&app, source.clone(), *sort, *order).await;
            let rows = app.view_rows(view.id, 0, RANGE).await.unwrap();
            let took = began.elapsed();
            assert!(rows.len() as u64 <= nodes && !rows.is_empty());
            figures.add_time(format!("lists.{name}"), took);
            slowest = slowest.max(took);
        }
        figures.add_time("lists.slowest_ms", slowest);
        for (name, sort) in [("name", ViewSort::Name), ("size", ViewSort::Size)] {
            let view = open(&app, everything(), sort, Ascending).await;
            let mut took = Vec::new();
            for _ in 0..DRAWS {
                let offset = draw.below(view.total.saturating_sub(RANGE));
                let began = Instant::now();
                let rows = app.view_rows(view.id, offset, RANGE).await.unwrap();
                took.push(began.elapsed());
                assert_eq!(rows.len(), RANGE.min(view.total) as usize);
            }
            figures.add_percentiles(&format!("ranges.{name}"), took);
            figures
                .add_percentiles(&format!("peer.range by {name}"), peer.ranges(sort, view.total, &mut draw));
        }
    }
    app.shut_down().await;
    figures
}

pub(crate) async fn measure_search(standing: &Standing, rounds: u32, nodes: u64) -> Figures {
    let mut figures = Figures::default();
    let (app, _) = standing.settled().await;
    let peer = Peer::open(&standing.library());
    peer.index_trigrams(&mut figures);
    let mut draw = Draw(SEED);
    let highest = u32::try_from(nodes).unwrap();
    for _ in 0..rounds {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..40 {
            // A number is in few names; as it is typed, its beginnings are in more.
            let number = draw.below(highest).to_string();
            for typed in (3..=number.len().max(3)).filter_map(|end| number.get(..end)) {
                ours.push(typing(&app, typed).await);
                theirs.push(peer.search(typed));
            }
            for typed in ["m\u{fc}ller 4", "\u{5199}\u{771f} 31", "thesis exam"] {
                ours.push(typing(&app, typed).await);
            }
        }
        figures.add_percentiles("search.selective", ours);
        if !theirs.is_empty() {
            figures.add_percentiles("peer.selective", theirs);
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..10 {
            for text in TENTHS {
                ours.push(typing(&app, text).await);
            }
            theirs.push(peer.search("pdf"));
        }
        figures.add_percentiles("search.tenth", ours);
        figures.add_time("peer.tenth.p50", median(theirs));
    }
    app.shut_down().await;
    figures
}

/// The first hundred hits, as the window asks for them.
async fn typing(app: &App, text: &str) -> Duration {
    let began = Instant::now();
    let view = open(app, search(text), ViewSort::Relevance, Descending).await;
    app.view_rows(view.id, 0, RANGE).await.unwrap();
    began.elapsed()
}
