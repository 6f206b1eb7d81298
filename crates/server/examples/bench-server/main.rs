//! What `cargo xtask bench server` needs beside a load generator: data for servers, requests for it to send, and
//! clients that listen. It builds and runs this, release.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measurement is a list of steps, and ends where something is wrong"
)]

mod asks;
mod fill;
mod streams;
mod uploads;
mod world;

use std::path::Path;

use world::World;

const HELP: &str = "\
bench-server fill FOLDER OWNERS NODES      people with so many nodes each, in SQLite, and FOLDER/world.json
bench-server people URL FOLDER OWNERS      people with nothing in a MongoDB, and FOLDER/world.json
bench-server upload SERVER FOLDER FILES    so many files for each of them, through the API
bench-server asks SERVER FOLDER ROW COUNT  so many requests, as lines
bench-server streams SERVER FOLDER COUNT   listens so often until its input ends";

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["fill", folder, owners, nodes] => {
            fill::sqlite(Path::new(folder), owners.parse().unwrap(), nodes.parse().unwrap()).await;
        }
        ["people", address, folder, owners] => {
            fill::mongodb(address, Path::new(folder), owners.parse().unwrap()).await;
        }
        ["upload", server, folder, files] => {
            let mut world = World::read(Path::new(folder), server);
            uploads::fill(&mut world, files.parse().unwrap()).await;
            world.write(Path::new(folder));
        }
        ["asks", server, folder, row, count] => {
            let world = World::read(Path::new(folder), server);
            asks::print(&world, row, count.parse().unwrap()).await;
        }
        ["streams", server, folder, count] => {
            let world = World::read(Path::new(folder), server);
            streams::listen(&world, count.parse().unwrap()).await;
        }
        _ => panic!("{HELP}"),
    }
}
