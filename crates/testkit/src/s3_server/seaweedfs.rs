//! `SeaweedFS`: master, volumes, filer and gateway in one process.

use reqwest::{Client, StatusCode};
use serde_json::json;

use super::{ACCESS_KEY, BUCKET, S3Server, SECRET_KEY, command, free_ports, spawn, wait_for};

pub(super) async fn start() -> anyhow::Result<S3Server> {
    let folder = tempfile::Builder::new().prefix("notespot-seaweedfs-").tempdir()?;
    // Those that are not named follow from the others, and are taken where two servers run.
    let [master, master_rpc, volume, volume_rpc, filer, filer_rpc, s3, s3_rpc] = free_ports()?;
    let identity = json!({
        "name": "tests",
        "credentials": [{ "accessKey": ACCESS_KEY, "secretKey": SECRET_KEY }],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    });
    let config = folder.path().join("identities.json");
    std::fs::write(&config, json!({ "identities": [identity] }).to_string())?;

    let mut weed = command("weed", folder.path())?;
    weed.args([
        "server",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-s3",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]);
    weed.args(["-master.telemetry=false", "-master.volumeSizeLimitMB=1024", "-volume.preStopSeconds=0"]);
    for (name, port) in [
        ("master.port", master),
        ("master.port.grpc", master_rpc),
        ("volume.port", volume),
        ("volume.port.grpc", volume_rpc),
        ("filer.port", filer),
        ("filer.port.grpc", filer_rpc),
        ("s3.port", s3),
        ("s3.port.grpc", s3_rpc),
    ] {
        weed.arg(format!("-{name}={port}"));
    }
    weed.arg(format!("-dir={}", folder.path().display())).arg(format!("-s3.config={}", config.display()));
    let mut process = spawn(&mut weed)?;

    // A bucket is a folder of the filer.
    let bucket = format!("http://127.0.0.1:{filer}/buckets/{BUCKET}/");
    let endpoint = format!("http://127.0.0.1:{s3}");
    let ready = async |client: &Client| {
        let made = client.post(&bucket).send().await?.status();
        let refused = client.get(&endpoint).send().await?.status();
        let there = matches!(made, StatusCode::CREATED | StatusCode::CONFLICT);
        Ok(there && refused == StatusCode::FORBIDDEN)
    };
    wait_for(&mut process, folder.path(), ready).await?;
    Ok(S3Server { endpoint, region: "us-east-1", _process: process, _folder: folder })
}
