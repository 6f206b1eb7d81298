//! Bodies that are packed on their way: those of calls, and never those of files.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use notespot_protocol::{Batch, BatchItem, ErrorCode, UploadPlan};
use notespot_testkit::{Answer, Api, content, new_upload};
use reqwest::Method;
use serde_json::json;

use super::{ada, folder, refusal};

fn gzip(pieces: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut packing = GzEncoder::new(Vec::new(), Compression::fast());
    pieces.for_each(|piece| packing.write_all(&piece).unwrap());
    packing.finish().unwrap()
}

async fn posted(api: &Api, path: &str, packed: Vec<u8>) -> Answer {
    let request = api.request(Method::POST, path).unwrap().header("content-type", "application/json");
    Answer::of(request.header("content-encoding", "gzip").body(packed)).await.unwrap()
}

#[tokio::test]
async fn a_packed_call_is_understood() {
    let (_server, ada) = ada().await;
    let bytes = content(1, 3000);
    let items = (0..300).map(|number| new_upload(None, &format!("{number}.bin"), &bytes).unwrap()).collect();
    let plain = serde_json::to_vec(&Batch { items }).unwrap();
    let packed = gzip(std::iter::once(plain.clone()));
    assert!(packed.len() < plain.len() / 2, "{} of {} bytes", packed.len(), plain.len());
    let planned: Batch<BatchItem<UploadPlan>> = posted(&ada, "/v1/uploads", packed).await.json().unwrap();
    assert_eq!(planned.items.len(), 300);
    assert!(planned.items.into_iter().all(|item| item.into_result().is_ok()));
}

#[tokio::test]
async fn what_is_packed_counts_by_what_it_holds() {
    let (_server, ada) = ada().await;
    // Within the limit for what arrives, and far beyond it unpacked.
    let spaces = std::iter::repeat_n(vec![b' '; 1 << 20], 64);
    let bomb = gzip(std::iter::once(b"{\"items\": [".to_vec()).chain(spaces));
    assert!(bomb.len() < 1 << 20);
    let refused = posted(&ada, "/v1/uploads", bomb).await;
    assert_eq!(refusal(&refused), (413, ErrorCode::TooLarge));
}

#[tokio::test]
async fn what_cannot_be_unpacked_is_refused() {
    let (_server, ada) = ada().await;
    let broken = posted(&ada, "/v1/uploads", b"this was never packed".to_vec()).await;
    assert_eq!(refusal(&broken), (400, ErrorCode::BadRequest));
    let half = gzip(std::iter::once(b"{\"items\": []}".to_vec()));
    let broken = posted(&ada, "/v1/uploads", half[..half.len() / 2].to_vec()).await;
    assert_eq!(refusal(&broken), (400, ErrorCode::BadRequest));
    let unknown = ada.request(Method::POST, "/v1/uploads").unwrap().header("content-encoding", "br");
    let unknown = Answer::of(unknown.json(&json!({ "items": [] }))).await.unwrap();
    assert_eq!(refusal(&unknown).0, 415);
}

#[tokio::test]
async fn answers_are_packed_for_whoever_asks_and_files_never() {
    let (_server, ada) = ada().await;
    folder(&ada, None, &"a long name ".repeat(20)).await;
    let text = "the same words again ".repeat(1000);
    let link = ada.link(ada.upload(None, "text.txt", text.as_bytes()).await.unwrap().id).await.unwrap();
    let asked = async |path: &str, encoding: &str| {
        let request = ada.request(Method::GET, path).unwrap().header("accept-encoding", encoding);
        Answer::of(request).await.unwrap()
    };
    let encoding = |answer: &Answer| answer.headers.get("content-encoding").cloned();
    assert_eq!(encoding(&asked("/v1/nodes", "gzip").await).unwrap(), "gzip");
    assert_eq!(encoding(&asked("/v1/nodes", "identity").await), None);
    let file = asked(&format!("/s/{}/download", link.slug), "gzip").await;
    assert_eq!((encoding(&file), file.body), (None, text.into_bytes()));
}
