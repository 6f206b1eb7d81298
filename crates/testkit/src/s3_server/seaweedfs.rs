//! `SeaweedFS`: master, volumes, filer and gateway in one process.

use std::path::Path;

use reqwest::header::ACCEPT;
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::json;
use tokio::process::Command;

use super::{ACCESS_KEY, BUCKET, SECRET_KEY, command, endpoint, free_ports};

pub(super) const REGION: &str = "us-east-1";
/// The folder of multipart uploads that are open.
pub(super) const OPEN: &str = ".uploads";
const IDENTITIES: &str = "identities.json";
/// More than any test stores.
const NAMES_MAX: usize = 100_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Folder {
    entries: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "FullPath")]
    path: String,
}

#[derive(Debug)]
pub(super) struct SeaweedFs {
    /// As it names them.
    ports: [(&'static str, u16); 8],
    filer: u16,
    s3: u16,
}

impl SeaweedFs {
    /// Chooses ports, and writes its configuration.
    pub(super) fn prepare(folder: &Path) -> anyhow::Result<Self> {
        // Those that are not named follow from the others, and are taken where two servers run.
        let [master, master_rpc, volume, volume_rpc, filer, filer_rpc, s3, s3_rpc] = free_ports()?;
        let ports = [
            ("master.port", master),
            ("master.port.grpc", master_rpc),
            ("volume.port", volume),
            ("volume.port.grpc", volume_rpc),
            ("filer.port", filer),
            ("filer.port.grpc", filer_rpc),
            ("s3.port", s3),
            ("s3.port.grpc", s3_rpc),
        ];
        let identity = json!({
            "name": "tests",
            "credentials": [{ "accessKey": ACCESS_KEY, "secretKey": SECRET_KEY }],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        });
        // Its own stand-in of a key management service makes each key that is named.
        let keys = json!({ "type": "local", "enableOnDemandCreate": true });
        let kms = json!({ "default_provider": "local", "providers": { "local": keys } });
        let config = json!({ "identities": [identity], "kms": kms });
        std::fs::write(folder.join(IDENTITIES), config.to_string())?;
        Ok(Self { ports, filer, s3 })
    }

    pub(super) fn port(&self) -> u16 {
        self.s3
    }

    pub(super) fn command(&self, folder: &Path) -> anyhow::Result<Command> {
        let mut weed = command("weed", folder)?;
        // Without one, it knows no SSE-S3.
        weed.env("WEED_S3_SSE_KEY", SECRET_KEY);
        weed.args([
            "server",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-s3",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ]);
        weed.args(["-master.telemetry=false", "-master.volumeSizeLimitMB=1024", "-volume.preStopSeconds=0"]);
        // There are no others to elect: with its own ten seconds, one that starts again waits for them.
        weed.args(["-master.electionTimeout=500ms", "-master.heartbeatInterval=100ms"]);
        for (name, port) in self.ports {
            weed.arg(format!("-{name}={port}"));
        }
        let identities = folder.join(IDENTITIES);
        weed.arg(format!("-dir={}", folder.display())).arg(format!("-s3.config={}", identities.display()));
        Ok(weed)
    }

    /// The names in the bucket, or in a folder of it, as the filer has them.
    pub(super) async fn names(&self, folder: &str) -> anyhow::Result<Vec<String>> {
        let folder = format!("{}/buckets/{BUCKET}/{folder}?limit={NAMES_MAX}", endpoint(self.filer));
        let client = Client::builder().no_proxy().build()?;
        let answer = client.get(folder).header(ACCEPT, "application/json").send().await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(Vec::new());
        }
        let Folder { entries } = answer.error_for_status()?.json().await?;
        let name = |entry: Entry| entry.path.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(entries.unwrap_or_default().into_iter().map(name).collect())
    }

    /// Makes the bucket, a folder of the filer, and asks the gateway.
    pub(super) async fn is_ready(&self, client: &Client) -> anyhow::Result<bool> {
        let bucket = format!("{}/buckets/{BUCKET}/", endpoint(self.filer));
        let made = client.post(bucket).send().await?.status();
        let refused = client.get(endpoint(self.s3)).send().await?.status();
        let there = matches!(made, StatusCode::CREATED | StatusCode::CONFLICT);
        Ok(there && refused == StatusCode::FORBIDDEN)
    }
}
