//! New versions of files that are there: the record stays, the old version stays, and there is one new one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use notespot_protocol::{
    Batch, BatchItem, ChangeKind, ChangesPage, DownloadPlan, DownloadRequest, Node, NodeId, VersionId,
};
use notespot_testkit::{Api, sha256_of};

use crate::death::{Death, NAMES, NEW_FOLDERS, REMOVALS, SENDS, SYNCS, WRITES};
use crate::scene::{MIB, Scene};
use crate::trees::{self, Tree};

const REPLACE: [&str; 4] = ["upload", "--on-conflict", "replace", "tree"];
/// More rounds than any machine needs.
const ROUNDS: usize = 16;

/// Contents that were replaced, by the names of their files.
type Replaced = BTreeMap<PathBuf, (NodeId, VersionId, Vec<u8>)>;

/// Every file at the server by its name; fails where a name is there twice.
pub(crate) async fn files_at(api: &Api) -> BTreeMap<PathBuf, Node> {
    let page: ChangesPage = api.get("/v1/changes?since=0&limit=1000").await.unwrap().json().unwrap();
    assert!(!page.more);
    let mut files = BTreeMap::new();
    for change in page.changes {
        let ChangeKind::Node { node } = change.kind else { continue };
        if node.content.is_some() {
            let name = PathBuf::from(node.name.as_str());
            assert!(files.insert(name.clone(), node).is_none(), "{} is there twice", name.display());
        }
    }
    files
}

/// By name alone: the files of a tree have different ones in all of its folders.
fn files_of(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let name = |path: PathBuf| PathBuf::from(path.file_name().unwrap());
    trees::read(folder).into_iter().map(|(path, bytes)| (name(path), bytes)).collect()
}

impl Scene {
    /// A tree that is there, and the only one.
    async fn with_a_tree(small: usize) -> (Self, Tree) {
        let mut scene = Self::begin().await;
        let tree = scene.tree("tree", small, &[17 * MIB]);
        scene.cli.completes(&["upload", "tree"]).await;
        scene.uploaded(tree.clone());
        (scene, tree)
    }

    /// Changes every file on this machine. What is at the server is to be replaced by that.
    async fn rewrite(&mut self, tree: &Tree) -> Replaced {
        let folder = self.cli.path(&tree.name);
        let mut bytes = files_of(&folder);
        trees::rewrite(&folder, &mut self.draws);
        let files = files_at(&self.server.api(self.cli.token.as_str()).unwrap()).await;
        let old = |(name, node): (PathBuf, Node)| {
            let old = (node.id, node.content.unwrap().version, bytes.remove(&name).unwrap());
            (name, old)
        };
        files.into_iter().map(old).collect()
    }

    /// Every file is the record that it was, with the content that is on this machine now; what it held
    /// before can still be read.
    async fn require_replaced(&mut self, tree: Tree, old: Replaced) {
        let api = self.server.api(self.cli.token.as_str()).unwrap();
        let (files, local) = (files_at(&api).await, files_of(&self.cli.path(&tree.name)));
        assert_eq!(files.keys().collect::<Vec<_>>(), local.keys().collect::<Vec<_>>());
        for (name, (id, version, bytes)) in old {
            let now = files[&name].content.as_ref().unwrap();
            assert_eq!(files[&name].id, id, "{}", name.display());
            assert_eq!(now.sha256, sha256_of(&local[&name]), "{}", name.display());
            assert_ne!(now.version, version, "{}", name.display());
            assert!(read_version(&api, id, version).await == bytes, "{} before", name.display());
        }
        self.replaced.push(tree);
    }
}

async fn read_version(api: &Api, node: NodeId, version: VersionId) -> Vec<u8> {
    let wanted = DownloadRequest { node, version: Some(version) };
    let answer = api.post("/v1/downloads", &Batch { items: vec![wanted] }).await.unwrap();
    let plans: Batch<BatchItem<DownloadPlan>> = answer.json().unwrap();
    let plan = plans.items.into_iter().next().unwrap().into_result().unwrap();
    let answer = api.send(&plan.request, Vec::new()).await.unwrap();
    assert!(answer.status.is_success(), "{}", answer.status);
    answer.body
}

#[tokio::test]
async fn a_new_version_goes_on_after_the_command_s_death() {
    let (mut scene, tree) = Scene::with_a_tree(4).await;
    for (calls, most) in [(SYNCS, 4), (NAMES, 3), (REMOVALS, 3), (SENDS, 8)] {
        for nth in 1..=most {
            let old = scene.rewrite(&tree).await;
            let died = scene.dies_and_completes([Death::At(calls, nth)], &REPLACE).await == 1;
            scene.require_replaced(tree.clone(), old).await;
            if !died {
                break;
            }
        }
    }
    let old = scene.rewrite(&tree).await;
    let began = Instant::now();
    scene.cli.completes(&REPLACE).await;
    let whole = began.elapsed();
    scene.require_replaced(tree.clone(), old).await;
    for _ in 0..ROUNDS {
        if scene.kills >= 50 {
            break;
        }
        let old = scene.rewrite(&tree).await;
        let deaths: Vec<_> = (0..6).map(|_| Death::After(scene.draws.moment(whole / 2))).collect();
        scene.dies_and_completes(deaths, &REPLACE).await;
        scene.require_replaced(tree.clone(), old).await;
    }
    scene.ends(50).await;
}

#[tokio::test]
async fn a_new_version_goes_on_by_itself_when_the_server_dies_at_each_of_its_steps() {
    let (mut scene, tree) = Scene::with_a_tree(20).await;
    for calls in [SYNCS, NAMES, WRITES, REMOVALS, NEW_FOLDERS].into_iter().cycle().take(ROUNDS) {
        let old = scene.rewrite(&tree).await;
        let deaths = (1..=6).map(|nth| Death::At(calls, nth));
        scene.completes_while_the_server_dies(&REPLACE, deaths).await;
        scene.require_replaced(tree.clone(), old).await;
        if scene.kills >= 20 && scene.replaced.len() >= 5 {
            break;
        }
    }
    scene.ends(20).await;
}
