//! Measures the library of one size beside a real server: `cargo xtask bench library` builds and runs it, release, for
//! several sizes, and keeps what it prints.
//!
//! The server is a process of its own, and so is each app that is measured: this program again, with a part's name.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a measurement is a list of steps, and ends where something is wrong"
)]

mod changes;
mod figures;
mod fill;
mod lists;
mod opening;
mod pages;
mod peers;
mod standing;
mod world;

use figures::Figures;
use serde_json::json;
use standing::Standing;
use world::World;

const HELP: &str = "bench-library NODES ROUNDS ROW,ROW,… | bench-library world NODES";
/// What is generated, and what is drawn.
const SEED: u64 = 20_261_127;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["part", part, rounds, nodes] => {
            let standing = Standing::from_environment();
            let (rounds, nodes) = (rounds.parse().unwrap(), nodes.parse().unwrap());
            let figures = match part {
                "fill" => fill::measure(&standing, nodes).await,
                "open" => opening::measure(&standing).await,
                "lists" => lists::measure(&standing, rounds, nodes).await,
                "search" => lists::measure_search(&standing, rounds, nodes).await,
                "changes" => changes::measure(&standing, rounds).await,
                _ => panic!("{HELP}"),
            };
            println!("{}", json!(figures));
        }
        ["world", nodes] => world::hold(nodes.parse().unwrap()).await,
        [nodes, rounds, rows] => {
            let nodes = nodes.parse().unwrap();
            let rows: Vec<_> = rows.split(',').collect();
            let figures = measure(nodes, rounds.parse().unwrap(), &rows).await;
            println!("{}", json!({ "nodes": nodes, "seed": SEED, "figures": figures }));
        }
        _ => panic!("{HELP}"),
    }
}

async fn measure(nodes: u64, rounds: u32, rows: &[&str]) -> Figures {
    let mut figures = Figures::default();
    let has = |row: &str| rows.contains(&row);
    if ["fill", "open", "lists", "search", "changes"].into_iter().any(has) {
        let world = World::generated(nodes).await;
        // Long ones have fewer rounds.
        let fills = if has("fill") { rounds.div_ceil(if nodes > 300_000 { 2 } else { 1 }) } else { 1 };
        for round in 0..fills {
            let filled = world.part("fill", &world.data(round), rounds, nodes).await;
            if has("fill") {
                figures.merge(filled);
            }
        }
        let data = world.data(0);
        if has("open") {
            for _ in 0..rounds {
                figures.merge(world.part("open", &data, rounds, nodes).await);
            }
        }
        // A thousand changes are no change of a thousand nodes.
        let is_large = nodes >= 10_000;
        for part in ["lists", "search", "changes"] {
            if has(part) && (is_large || part != "changes") {
                figures.merge(world.part(part, &data, rounds, nodes).await);
            }
        }
    }
    if has("server") {
        figures.merge(pages::measure(nodes, rounds).await);
    }
    figures
}
