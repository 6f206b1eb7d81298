//! The peer: Express and better-sqlite3 on a copy of the same database.

use std::path::PathBuf;
use std::process::Command;

use anyhow::ensure;

use super::Programs;
use super::place::{Place, first_line};
use crate::checkout;

const PACKAGES: [&str; 2] = ["express", "better-sqlite3"];

fn folder() -> anyhow::Result<PathBuf> {
    Ok(checkout::root()?.join("bench/express"))
}

/// As `package-lock.json` says.
pub(super) fn install() -> anyhow::Result<()> {
    let folder = folder()?;
    if !folder.join("node_modules/better-sqlite3/build").is_dir() {
        eprintln!("bench: installing {}", PACKAGES.join(", "));
        let status =
            Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder).status()?;
        ensure!(status.success(), "npm could not install {}", PACKAGES.join(", "));
    }
    Ok(())
}

pub(super) fn versions() -> Vec<(String, String)> {
    let version = |package: &str| {
        let file = folder().ok()?.join("node_modules").join(package).join("package.json");
        let described: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()?;
        Some(described["version"].as_str()?.to_owned())
    };
    PACKAGES.map(|package| (package.to_owned(), version(package).unwrap_or_default())).to_vec()
}

/// So many processes of it (`node:cluster`), on a copy of what our server has.
pub(super) fn start(programs: &Programs, ours: &Place, processes: u32) -> anyhow::Result<Place> {
    let name = format!("express-{processes}");
    let data = programs.work.join(&name);
    std::fs::create_dir_all(&data)?;
    let file = data.join("metadata.db");
    for end in ["", "-wal"] {
        // What is not in the file yet lies beside it; nobody writes at the moment.
        let from = ours.data.join(format!("metadata.db{end}"));
        if from.exists() {
            std::fs::copy(from, data.join(format!("metadata.db{end}")))?;
        }
    }
    std::fs::copy(ours.data.join("world.json"), data.join("world.json"))?;
    let mut node = Command::new("node");
    node.arg(folder()?.join("server.mjs")).arg(file).arg(processes.to_string());
    node.env("NODE_ENV", "production");
    Place::start(&name, data, &mut node)
}

/// Whether both answer the same first two pages of the list, and the same node.
pub(super) fn agrees(programs: &Programs, ours: &Place, express: &Place) -> anyhow::Result<bool> {
    let (node, page) =
        (first_line(&ours.asks(programs, "get", 1)?)?, first_line(&ours.asks(programs, "first", 1)?)?);
    let (one, other) = (ours.answer(&page)?, express.answer(&page)?);
    // Cursors are each one's own.
    let second = |place: &Place, first: &serde_json::Value| {
        let cursor = first["next"].as_str().unwrap_or_default();
        place.answer(&page.replace("&limit=", &format!("&cursor={cursor}&limit=")))
    };
    let (one_s, other_s) = (second(ours, &one)?, second(express, &other)?);
    let is_full = one["items"].as_array().is_some_and(|items| items.len() == 200);
    let same_pages = one["items"] == other["items"] && one_s["items"] == other_s["items"];
    Ok(is_full
        && same_pages
        && one_s["items"] != one["items"]
        && ours.answer(&node)? == express.answer(&node)?)
}
