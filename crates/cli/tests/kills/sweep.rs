//! Commands that are given up, and a server that dies while it sweeps what they have left.

use std::path::Path;
use std::time::Duration;

use notespot_testkit::days_later;
use serde_json::Value;

use crate::death::{Death, REMOVALS, SYNCS, WRITES};
use crate::left::DAYS;
use crate::scene::{MIB, Scene};
use crate::trees::{PART, Tree};

/// Each command that is given up is mostly two deaths.
const ENOUGH: usize = 20;
/// A sweep that finds nothing to do rests by then.
const SWEPT: Duration = Duration::from_millis(700);

impl Scene {
    /// What a command that died and will not be given again has published before.
    async fn published_below(&self, folder: &Path) -> (usize, usize) {
        let output = self.cli.completes(&["ls", "--json", folder.to_str().unwrap()]).await;
        let nodes: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        let (mut files, mut in_parts) = (0, 0);
        for node in nodes {
            if let Some(size) = node["content"]["size"].as_u64() {
                files += 1;
                in_parts += usize::from(size > PART);
            } else {
                let below = folder.join(node["name"].as_str().unwrap());
                let (more, more_in_parts) = Box::pin(self.published_below(&below)).await;
                files += more;
                in_parts += more_in_parts;
            }
        }
        (files, in_parts)
    }

    /// The server dies while it sweeps, nine days later; or it rests.
    async fn dies_sweeping(&mut self, death: Death) -> bool {
        self.server.stop().await.unwrap();
        let died = if death.begin(&mut self.server, days_later(DAYS)).await {
            tokio::time::timeout(SWEPT, death.come(&mut self.server)).await.is_ok()
        } else {
            true
        };
        self.kills += usize::from(died);
        if !died {
            self.server.kill_9().await.unwrap();
        }
        self.server.start_again().await.unwrap();
        died
    }
}

#[tokio::test]
async fn what_was_given_up_is_swept_even_when_the_sweeping_server_dies() {
    const LARGE: [u64; 2] = [40 * MIB, 17 * MIB];
    let mut scene = Scene::begin().await;
    let whole = scene.time_of_upload(40, &LARGE).await;
    let mut names = Vec::new();
    for round in 0..3 * ENOUGH {
        let name = format!("given up {round}");
        scene.tree(&name, 40, &LARGE);
        scene.both_die(whole, &["upload", &name]).await;
        names.push(name);
        if scene.kills >= ENOUGH {
            break;
        }
    }
    for (calls, most) in [(REMOVALS, 12), (SYNCS, 6), (WRITES, 6)] {
        for nth in 1..=most {
            scene.dies_sweeping(Death::At(calls, nth)).await;
        }
    }
    let top = scene.cli.listed(Path::new("")).await;
    for name in names {
        // One that died before it had made its folder has published nothing.
        let (files, in_parts) =
            if top.contains(&name) { scene.published_below(Path::new(&name)).await } else { (0, 0) };
        scene.given_up.push(Tree { name, files, in_parts });
    }
    scene.ends(ENOUGH).await;
}
