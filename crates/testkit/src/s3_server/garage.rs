//! `Garage`, one node of it.

use std::path::Path;

use reqwest::{Client, StatusCode};
use tokio::process::Command;

use super::{ACCESS_KEY, BUCKET, SECRET_KEY, command, endpoint, free_ports};

pub(super) const REGION: &str = "garage";
const CONFIG: &str = "garage.toml";

#[derive(Debug)]
pub(super) struct Garage {
    s3: u16,
}

impl Garage {
    /// Chooses ports, and writes its configuration.
    pub(super) fn prepare(folder: &Path) -> anyhow::Result<Self> {
        let [rpc, s3, admin] = free_ports()?;
        // Nobody else reaches it: the secret is what nodes know each other by, and there is one node.
        let rpc_secret = "00".repeat(32);
        let config = format!(
            r#"metadata_dir = "meta"
data_dir = "data"
db_engine = "sqlite"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:{rpc}"
rpc_public_addr = "127.0.0.1:{rpc}"
rpc_secret = "{rpc_secret}"
[s3_api]
s3_region = "{REGION}"
api_bind_addr = "127.0.0.1:{s3}"
root_domain = ".localhost"
[admin]
api_bind_addr = "127.0.0.1:{admin}"
"#
        );
        std::fs::write(folder.join(CONFIG), config)?;
        Ok(Self { s3 })
    }

    pub(super) fn port(&self) -> u16 {
        self.s3
    }

    pub(super) fn command(folder: &Path) -> anyhow::Result<Command> {
        let mut garage = command("garage", folder)?;
        garage.args(["-c", CONFIG, "server", "--single-node", "--default-bucket"]);
        garage.env("GARAGE_DEFAULT_BUCKET", BUCKET);
        garage.env("GARAGE_DEFAULT_ACCESS_KEY", ACCESS_KEY).env("GARAGE_DEFAULT_SECRET_KEY", SECRET_KEY);
        Ok(garage)
    }

    /// It answers only after the layout, the bucket and the key are there.
    pub(super) async fn is_ready(&self, client: &Client) -> anyhow::Result<bool> {
        Ok(client.get(endpoint(self.s3)).send().await?.status() == StatusCode::FORBIDDEN)
    }
}
