//! A server with a library that was generated, and the processes that are measured beside it.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use notespot_metadata::sqlite::SqliteMetadata;
use notespot_metadata::sqlite::generated::Shape;
use notespot_metadata::users::Users as _;
use notespot_protocol::{Me, UserId};
use notespot_testkit::TestServer;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

use crate::SEED;
use crate::figures::{Figures, cpu_seconds, peak_mib};
use crate::standing::{DATA, SERVER, TOKEN};

pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) token: String,
    folder: TempDir,
}

impl World {
    /// A tree of so many nodes.
    pub(crate) async fn generated(nodes: u64) -> Self {
        Self::shaped(nodes, Shape::Tree).await
    }

    pub(crate) async fn shaped(nodes: u64, shape: Shape) -> Self {
        let mut server = TestServer::start().await.unwrap();
        let token = server.somebody("Ada").await.unwrap();
        let me: Me = server.api(&token).unwrap().get("/v1/me").await.unwrap().json().unwrap();
        server.stop().await.unwrap();
        generate(server.data_dir(), &me.id, nodes, shape).await;
        server.start_again().await.unwrap();
        Self { server, token, folder: tempfile::tempdir().unwrap() }
    }

    /// A home for the app that nobody used before, one for each number.
    pub(crate) fn data(&self, number: u32) -> PathBuf {
        self.folder.path().join(format!("home-{number}"))
    }

    /// Runs one part in a process of its own, with its data there.
    pub(crate) async fn part(&self, part: &str, data: &Path, rounds: u32, nodes: u64) -> Figures {
        let server = self.server_process().unwrap();
        let (began, cpu_before) = (Instant::now(), cpu_seconds(&server));
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["part", part, &rounds.to_string(), &nodes.to_string()])
            .env(SERVER, self.server.base_url().as_str())
            .env(TOKEN, &self.token)
            .env(DATA, data)
            .stderr(std::process::Stdio::inherit())
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{part} ended with {}", output.status);
        eprintln!("{nodes} nodes, {part}: {:.1} s", began.elapsed().as_secs_f64());
        let mut figures: Figures = serde_json::from_slice(&output.stdout).unwrap();
        if part == "fill" {
            figures.add("fill.server_peak_mib", peak_mib(&server));
            figures.add("fill.server_cpu_seconds", cpu_seconds(&server) - cpu_before);
        }
        figures
    }

    fn server_process(&self) -> Option<String> {
        let folder = self.server.data_dir().to_str()?.to_owned();
        let processes = std::fs::read_dir("/proc").ok()?.flatten();
        let ids = processes.filter_map(|process| process.file_name().into_string().ok());
        let mut ids = ids.filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
        ids.find(|id| {
            let line = std::fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
            line.contains("notespot-server") && line.contains(&folder)
        })
    }
}

/// Keeps a world until standard input ends, for a window that is measured from outside.
pub(crate) async fn hold(nodes: u64) {
    let world = World::generated(nodes).await;
    println!("{}", json!({ "server": world.server.base_url(), "token": world.token, "seed": SEED }));
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
}

async fn generate(data: &Path, owner: &UserId, nodes: u64, shape: Shape) {
    let metadata = SqliteMetadata::open(&data.join("metadata.db")).await.unwrap();
    metadata.user(owner).await.unwrap();
    let began = Instant::now();
    metadata.generate(owner, nodes, SEED, shape).await.unwrap();
    eprintln!("{nodes} nodes generated in {:.1} s", began.elapsed().as_secs_f64());
    metadata.close().await;
}
