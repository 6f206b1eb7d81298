//! Parts that the server's own disk damages before the upload is completed.

use std::fs;

use notespot_protocol::{ErrorCode, UploadStatus};
use notespot_testkit::{completion, content, new_upload};

use super::nodes::names;
use super::uploads::downloaded;
use super::{ada, used};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_part_that_the_disk_has_damaged_is_sent_again_and_nothing_is_published_before() {
    let (server, ada) = ada().await;
    let bytes = content(1, 33 * MIB);
    let plan = ada.plan(new_upload(None, "film.mkv", &bytes).unwrap()).await.unwrap().unwrap();
    for number in 1..=plan.part_count {
        assert_eq!(ada.send_part(&plan, &bytes, number).await.unwrap().status, 200);
    }
    let uploads = fs::read_dir(server.data_dir().join("objects/parts")).unwrap();
    let [upload] = uploads.map(|upload| upload.unwrap().path()).collect::<Vec<_>>().try_into().unwrap();
    let part = upload.join("00002");
    let mut damaged = fs::read(&part).unwrap();
    damaged[7 * MIB] ^= 1;
    fs::write(&part, damaged).unwrap();

    let refused = ada.complete(completion(&plan, &bytes)).await.unwrap().unwrap_err().0;
    assert_eq!((refused.status, refused.code), (409, ErrorCode::UploadIncomplete));
    assert_eq!((names(&ada, "").await, used(&ada).await), (Vec::<String>::new(), 0));
    let status: UploadStatus = ada.get(&format!("/v1/uploads/{}", plan.id)).await.unwrap().json().unwrap();
    assert_eq!(status.arrived.iter().map(|part| part.number).collect::<Vec<_>>(), [1, 3]);
    let log = server.log().unwrap();
    assert!(log.contains("damaged"), "whoever looks after the server should know: {log}");

    assert_eq!(ada.send_part(&plan, &bytes, 2).await.unwrap().status, 200);
    let node = ada.complete(completion(&plan, &bytes)).await.unwrap().unwrap();
    assert!(downloaded(&ada, node.id).await.1 == bytes);
}
