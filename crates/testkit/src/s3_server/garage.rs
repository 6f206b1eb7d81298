//! `Garage`, one node of it.

use reqwest::{Client, StatusCode};

use super::{ACCESS_KEY, BUCKET, S3Server, SECRET_KEY, command, free_ports, spawn, wait_for};

const REGION: &str = "garage";

pub(super) async fn start() -> anyhow::Result<S3Server> {
    let folder = tempfile::Builder::new().prefix("notespot-garage-").tempdir()?;
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
[admin]
api_bind_addr = "127.0.0.1:{admin}"
"#
    );
    std::fs::write(folder.path().join("garage.toml"), config)?;

    let mut garage = command("garage", folder.path())?;
    garage.args(["-c", "garage.toml", "server", "--single-node", "--default-bucket"]);
    garage.env("GARAGE_DEFAULT_BUCKET", BUCKET);
    garage.env("GARAGE_DEFAULT_ACCESS_KEY", ACCESS_KEY).env("GARAGE_DEFAULT_SECRET_KEY", SECRET_KEY);
    let mut process = spawn(&mut garage)?;

    let endpoint = format!("http://127.0.0.1:{s3}");
    // It answers only after the layout, the bucket and the key are there.
    let ready =
        async |client: &Client| Ok(client.get(&endpoint).send().await?.status() == StatusCode::FORBIDDEN);
    wait_for(&mut process, folder.path(), ready).await?;
    Ok(S3Server { endpoint, region: REGION, _process: process, _folder: folder })
}
