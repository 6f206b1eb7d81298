//! Requests, a line each: method, path, token and body, with tabs between. `bench/load.lua` reads them.

use std::io::Write as _;

use notespot_protocol::{Node, Page};

use crate::uploads;
use crate::world::{Draw, Owner, SEED, World};

/// Owners whose lists are walked, to know where pages begin.
const WALKED: usize = 200;

pub(crate) async fn print(world: &World, row: &str, count: usize) {
    let lines = match row {
        "list" => list(world, count).await,
        "first" => {
            let owner = &world.owners[0];
            vec![line("GET", &format!("/v1/nodes?parent={}&limit=200", owner.folder.unwrap()), owner, "")]
        }
        "get" => drawn(world, count, |owner, draw| {
            line("GET", &format!("/v1/nodes/{}", draw.one(&owner.nodes)), owner, "")
        }),
        // Nobody is signed in there.
        "link" => drawn(world, count, |owner, draw| format!("GET\t/s/{}\t\t", draw.one(&owner.slugs))),
        "changes" => drawn(world, count, |owner, draw| {
            let since = draw.below(owner.revision.saturating_sub(200));
            line("GET", &format!("/v1/changes?since={since}&limit=200"), owner, "")
        }),
        "plan" => drawn(world, count, |owner, _| {
            line(
                "POST",
                "/v1/uploads",
                owner,
                &serde_json::to_string(&uploads::announced(owner, 100)).unwrap(),
            )
        }),
        "one" => drawn(world, count, |owner, _| {
            line("POST", "/v1/uploads", owner, &serde_json::to_string(&uploads::announced(owner, 1)).unwrap())
        }),
        "complete" => uploads::to_complete(world, count).await,
        _ => panic!("no row is called {row}"),
    };
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}").unwrap();
    }
}

pub(crate) fn line(method: &str, path: &str, owner: &Owner, body: &str) -> String {
    format!("{method}\t{path}\t{}\t{body}", owner.token)
}

fn drawn(world: &World, count: usize, ask: impl Fn(&Owner, &mut Draw) -> String) -> Vec<String> {
    let mut draw = Draw(SEED);
    let mut owners: Vec<&Owner> = world.owners.iter().collect();
    (0..count)
        .map(|number| {
            if number % owners.len() == 0 {
                // In another order each time round: neighbours in the file are no neighbours in time.
                let by = usize::try_from(draw.below(owners.len() as u64)).unwrap();
                owners.rotate_left(by);
            }
            ask(owners[number % owners.len()], &mut draw)
        })
        .collect()
}

/// Pages of 200 from all over the list.
async fn list(world: &World, count: usize) -> Vec<String> {
    let mut pages = Vec::new();
    for owner in world.owners.iter().take(WALKED) {
        let api = world.api(owner);
        let folder = owner.folder.unwrap();
        let path = |limit: u32, cursor: &str| format!("/v1/nodes?parent={folder}&limit={limit}{cursor}");
        pages.push(line("GET", &path(200, ""), owner, ""));
        let step = if world.owners.len() == 1 { 1000 } else { 200 };
        let mut cursor = String::new();
        while let Page::<Node> { next: Some(next), .. } =
            api.get(&path(step, &cursor)).await.unwrap().json().unwrap()
        {
            cursor = format!("&cursor={}", next.0);
            pages.push(line("GET", &path(200, &cursor), owner, ""));
        }
        // The last one may be short.
        if pages.len() > 1 {
            pages.pop();
        }
    }
    let mut draw = Draw(SEED);
    (0..count).map(|_| draw.one(&pages).clone()).collect()
}
