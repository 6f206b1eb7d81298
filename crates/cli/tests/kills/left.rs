//! What nobody will ask for again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use notespot_testkit::days_later;

use crate::scene::Scene;

/// When the server gives up what was not completed, and a day more for what may come back.
pub(crate) const DAYS: u32 = 9;
const BOUND: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

impl Scene {
    /// Starts the server nine days later, until its folder holds what was uploaded and nothing else.
    pub(crate) async fn sweep(&mut self) -> Duration {
        self.server.stop().await.unwrap();
        self.server.start_again_under(&days_later(DAYS)).await.unwrap();
        let began = Instant::now();
        loop {
            let odd = self.odd();
            if odd.is_empty() {
                break;
            }
            assert!(
                began.elapsed() < BOUND,
                "left after the sweep: {odd:#?}\n{}",
                self.server.log().unwrap()
            );
            tokio::time::sleep(POLL).await;
        }
        let took = began.elapsed();
        self.server.restart().await.unwrap();
        took
    }

    /// What the object store's folder (`embedded/layout.rs`) holds beside what was uploaded.
    fn odd(&self) -> Vec<String> {
        let objects = self.server.data_dir().join("objects");
        let published = || self.trees.iter().chain(&self.given_up).chain(&self.replaced);
        let files: usize = published().map(|tree| tree.files).sum();
        let in_parts: usize = published().map(|tree| tree.in_parts).sum();
        let parts = entries(&objects.join("parts"));
        let stored: usize =
            entries(&objects.join("objects")).iter().map(|folder| entries(folder).len()).sum();
        let mut odd: Vec<_> =
            entries(&objects.join("tmp")).iter().map(|path| path.display().to_string()).collect();
        odd.extend(
            parts
                .iter()
                .filter(|upload| upload.join("open").exists())
                .map(|upload| format!("{} is open", upload.display())),
        );
        if stored != files {
            odd.push(format!("{stored} objects, for {files} files"));
        }
        if parts.len() != in_parts {
            odd.push(format!("{} folders of parts, for {in_parts} objects in parts", parts.len()));
        }
        odd
    }

    /// The command keeps what it needs of what was given up, and nothing of what it has completed.
    pub(crate) fn nothing_more_is_left_on_this_machine(&self) {
        let kept = entries(&self.cli.data().join("uploads"));
        assert!(kept.len() <= self.given_up.len(), "{kept:?}");
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    // What goes while it is looked at is gone.
    entries.filter_map(Result::ok).map(|entry| entry.path()).collect()
}
