//! A server, a machine, and trees that go from one to the other.

use std::path::Path;
use std::time::{Duration, Instant};

use notespot_testkit::{Draws, TestServer};

use crate::command::Cli;
use crate::death::Death;
use crate::trees::{self, Tree};

pub(crate) const MIB: u64 = 1024 * 1024;

const A_WHILE: Duration = Duration::from_millis(600);

pub(crate) struct Scene {
    pub(crate) server: TestServer,
    pub(crate) cli: Cli,
    pub(crate) draws: Draws,
    /// How often something was killed.
    pub(crate) kills: usize,
    /// What was uploaded to its end.
    pub(crate) trees: Vec<Tree>,
    /// What was published of what was not.
    pub(crate) given_up: Vec<Tree>,
    /// What is there as old versions, once for each version.
    pub(crate) replaced: Vec<Tree>,
}

impl Scene {
    pub(crate) async fn begin() -> Self {
        Self::with(TestServer::start().await.unwrap()).await
    }

    pub(crate) async fn with(server: TestServer) -> Self {
        let token = server.somebody("Ada").await.unwrap();
        let address = server.base_url().to_string();
        let cli = Cli { home: tempfile::tempdir().unwrap(), server: address, token };
        let (trees, given_up, replaced) = (Vec::new(), Vec::new(), Vec::new());
        Self { server, cli, draws: Draws::begin(), kills: 0, trees, given_up, replaced }
    }

    /// Makes a tree on this machine.
    pub(crate) fn tree(&mut self, name: &str, small: usize, large: &[u64]) -> Tree {
        trees::make(self.cli.home.path(), &mut self.draws, name, small, large)
    }

    /// How long the upload of such a tree takes here and now.
    pub(crate) async fn time_of_upload(&mut self, small: usize, large: &[u64]) -> Duration {
        let tree = self.tree("first", small, large);
        let began = Instant::now();
        self.cli.completes(&["upload", "first"]).await;
        self.uploaded(tree);
        began.elapsed()
    }

    /// Runs a command until this death, and counts it; whether it died.
    pub(crate) async fn dies(&mut self, death: Death, arguments: &[&str]) -> bool {
        let died = self.cli.dies(death, arguments).await;
        self.kills += usize::from(died);
        died
    }

    /// Gives a command again and again, each time until its death, and then lets it end: or until it was
    /// faster than its death. How often it died.
    pub(crate) async fn dies_and_completes(
        &mut self,
        deaths: impl IntoIterator<Item = Death>,
        arguments: &[&str],
    ) -> usize {
        let mut died = 0;
        for death in deaths {
            if !self.dies(death, arguments).await {
                return died;
            }
            died += 1;
        }
        self.cli.completes(arguments).await;
        died
    }

    /// Runs a command until its death at a random moment before this one; the server dies before it too,
    /// and starts again. Whether the command died. The server's death counts when the command did not end
    /// well before it.
    pub(crate) async fn both_die(&mut self, before: Duration, arguments: &[&str]) -> bool {
        let (death, moment) = (Death::After(self.draws.moment(before)), self.draws.moment(before));
        let command = async { (self.cli.dies(death, arguments).await, Instant::now()) };
        let server = async {
            tokio::time::sleep(moment).await;
            let dies = Instant::now();
            self.server.kill_9().await.unwrap();
            self.server.start_again().await.unwrap();
            dies
        };
        let ((died, ended), server_died) = tokio::join!(command, server);
        self.kills += usize::from(died) + usize::from(died || server_died < ended);
        died
    }

    /// A command ends by itself while the server dies one death after the other.
    pub(crate) async fn completes_while_the_server_dies(
        &mut self,
        arguments: &[&str],
        deaths: impl IntoIterator<Item = Death>,
    ) {
        let command = self.cli.completes(arguments);
        let mut command = std::pin::pin!(command);
        self.server.kill_9().await.unwrap();
        for mut death in deaths {
            if !death.begin(&mut self.server, Vec::new()).await {
                // It died before it was there for anybody: the next one lives for a while.
                self.kills += 1;
                death = Death::After(self.draws.moment(A_WHILE));
                death.begin(&mut self.server, Vec::new()).await;
            }
            tokio::select! {
                _output = &mut command => {
                    self.server.kill_9().await.unwrap();
                    return self.server.start_again().await.unwrap();
                }
                () = death.come(&mut self.server) => self.kills += 1,
            }
        }
        self.server.start_again().await.unwrap();
        command.await;
    }

    /// A tree was uploaded to its end.
    pub(crate) fn uploaded(&mut self, tree: Tree) {
        self.trees.push(tree);
    }

    /// A folder is there: each of its files once, and no other.
    async fn require_listed(&self, folder: &Path) {
        let entries = std::fs::read_dir(self.cli.home.path().join(folder)).unwrap();
        let mut local: Vec<_> = entries.map(|entry| entry.unwrap()).collect();
        local.sort_unstable_by_key(std::fs::DirEntry::file_name);
        let names: Vec<_> = local.iter().map(|entry| entry.file_name().into_string().unwrap()).collect();
        assert_eq!(self.cli.listed(folder).await, names, "{}: each once", folder.display());
        for folders in local.iter().filter(|entry| entry.path().is_dir()) {
            Box::pin(self.require_listed(&folder.join(folders.file_name()))).await;
        }
    }

    /// The end of every scene: nothing is left that nobody will ask for, all that was uploaded is there
    /// with the same bytes, and enough was killed.
    #[expect(clippy::print_stderr, reason = "the number of kills is what the test is for")]
    pub(crate) async fn ends(mut self, kills: usize) {
        let took = self.sweep().await;
        let names: Vec<_> = self.trees.iter().map(|tree| tree.name.clone()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        std::fs::create_dir(self.cli.path("all back")).unwrap();
        self.cli.completes(&[&["download", "--to", "all back"], names.as_slice()].concat()).await;
        for name in names {
            self.require_listed(Path::new(name)).await;
            trees::require_same(&self.cli.path(name), &self.cli.path("all back").join(name));
        }
        self.nothing_more_is_left_on_this_machine();
        eprintln!("{} kills; swept in {took:?}", self.kills);
        assert!(self.kills >= kills, "only {} kills", self.kills);
    }
}
