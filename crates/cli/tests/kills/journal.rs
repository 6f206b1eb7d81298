//! Every write of the journal that the part file of a download carries.

use std::fs;
use std::path::{Path, PathBuf};

use futures_util::future::join_all;

use crate::death::{Death, WRITES};
use crate::scene::{MIB, Scene};
use crate::trees;

const NAME: &str = "large 0.bin";
const SIZE: u64 = 48 * MIB;
/// Blocks of 4 MiB: an entry of the journal marks one at least, so there are no more entries than that.
const BLOCKS: u32 = 13;
/// How many downloads die side by side: at this pace each takes six seconds, and writes an entry a second. Blocks come
/// two at a time: eight would all be complete in the same second.
const AT_ONCE: u32 = 4;
const PACE: [&str; 4] = ["--limit-down", "8M", "--parallel", "2"];

/// A download of the one file to a folder of its own.
struct Download {
    folder: String,
    size: u64,
}

impl Download {
    fn to(scene: &Scene, folder: String) -> Self {
        fs::create_dir(scene.cli.path(&folder)).unwrap();
        let size = sent(scene).metadata().unwrap().len();
        Self { folder, size }
    }

    fn arguments(&self) -> [&str; 4] {
        ["download", "tree/deep/large 0.bin", "--to", &self.folder]
    }

    fn slow(&self) -> Vec<&str> {
        [self.arguments().as_slice(), &PACE].concat()
    }

    fn part(&self, scene: &Scene) -> PathBuf {
        let mut left = fs::read_dir(scene.cli.path(&self.folder)).unwrap().map(|entry| entry.unwrap().path());
        let part = left.next().unwrap();
        assert!(part.extension().is_some_and(|extension| extension == "part") && left.next().is_none());
        part
    }

    /// How many blocks the part file says that it holds (`download/journal.rs` of the engine), `None` where
    /// no journal has begun.
    fn marked(&self, scene: &Scene) -> Option<u32> {
        let part = fs::read(self.part(scene)).unwrap();
        let journal = &part[usize::try_from(self.size).unwrap()..];
        let begun = journal.starts_with(b"notespot part 1\n");
        begun.then(|| journal[48..].iter().map(|byte| byte.count_ones()).sum())
    }

    /// Given again, it ends.
    async fn ends(self, scene: &Scene) {
        scene.cli.completes(&self.arguments()).await;
        let got = scene.cli.path(&self.folder);
        assert!(fs::read(got.join(NAME)).unwrap() == fs::read(sent(scene)).unwrap(), "other bytes");
        assert_eq!(trees::read(&got).len(), 1, "nothing is left beside it");
        fs::remove_dir_all(got).unwrap();
    }
}

fn sent(scene: &Scene) -> PathBuf {
    scene.cli.path("tree/deep").join(NAME)
}

/// Dies in place of the nth of these calls, begun from a part file that has its room and marks nothing.
/// Whether it died: if not, it makes fewer of these calls.
async fn dies_at_nth(scene: &Scene, begun: &Path, calls: &'static str, nth: u32) -> bool {
    let download = Download::to(scene, format!("{calls} {nth}"));
    fs::copy(begun, scene.cli.path(&download.folder).join(begun.file_name().unwrap())).unwrap();
    let died = scene.cli.dies(Death::At(calls, nth), &download.slow()).await;
    if died {
        let marked = download.marked(scene).unwrap();
        assert!(marked >= nth - 1 && (nth > 1 || marked == 0), "{marked} blocks before {calls} {nth}");
    }
    download.ends(scene).await;
    died
}

#[tokio::test]
async fn a_download_goes_on_after_death_at_every_write_of_its_journal() {
    let mut scene = Scene::begin().await;
    let tree = scene.tree("tree", 0, &[SIZE]);
    scene.cli.completes(&["upload", "tree"]).await;
    scene.uploaded(tree);

    // The first write begins the journal, and marks nothing.
    let first = Download::to(&scene, "first".to_owned());
    assert!(scene.dies(Death::At(WRITES, 1), &first.slow()).await);
    assert_eq!(first.marked(&scene), None);
    first.ends(&scene).await;

    // Every later one by the thread that keeps it, and before each the sync of what it is to mark.
    let begun = Download::to(&scene, "begun".to_owned());
    assert!(scene.dies(Death::At("fdatasync", 1), &begun.slow()).await);
    assert_eq!(begun.marked(&scene), Some(0));
    let part = begun.part(&scene);
    let mut made = [0, 0];
    for (calls, made) in ["fdatasync", WRITES].into_iter().zip(&mut made) {
        for from in (1..=BLOCKS + 1).step_by(AT_ONCE as usize) {
            let downloads = (from..from + AT_ONCE).map(|nth| dies_at_nth(&scene, &part, calls, nth));
            let died = join_all(downloads).await;
            *made += died.iter().filter(|died| **died).count();
            if died.contains(&false) {
                break;
            }
        }
        assert!((3..=BLOCKS as usize).contains(made), "{made} of {calls}");
    }
    begun.ends(&scene).await;
    scene.kills += made.iter().sum::<usize>();
    scene.ends(8).await;
}
