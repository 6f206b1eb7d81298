//! Who is there, and some of what they have.

use std::path::Path;

use notespot_protocol::{NodeId, UserId};
use notespot_testkit::Api;
use serde::{Deserialize, Serialize};
use url::Url;

/// What is generated, and what is drawn.
pub(crate) const SEED: u64 = 20_261_127;

#[derive(Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) owners: Vec<Owner>,
    #[serde(skip)]
    server: Option<Url>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(crate) id: UserId,
    pub(crate) token: String,
    /// The folder that holds everything.
    pub(crate) folder: Option<NodeId>,
    /// Some nodes in it.
    pub(crate) nodes: Vec<NodeId>,
    pub(crate) slugs: Vec<String>,
    pub(crate) revision: u64,
}

impl World {
    pub(crate) fn of(owners: Vec<Owner>) -> Self {
        Self { seed: SEED, owners, server: None }
    }

    pub(crate) fn read(folder: &Path, server: &str) -> Self {
        let text = std::fs::read_to_string(folder.join("world.json")).unwrap();
        Self { server: Some(server.parse().unwrap()), ..serde_json::from_str(&text).unwrap() }
    }

    pub(crate) fn write(&self, folder: &Path) {
        std::fs::write(folder.join("world.json"), serde_json::to_string(self).unwrap()).unwrap();
    }

    pub(crate) fn server(&self) -> &Url {
        self.server.as_ref().unwrap()
    }

    pub(crate) fn api(&self, owner: &Owner) -> Api {
        Api::new(self.server().clone(), Some(owner.token.clone())).unwrap()
    }
}

/// Numbers from a seed (a linear congruential generator's upper bits): the same in every run.
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}
