//! How often the window is told of its transfers.

use std::time::{Duration, Instant};

use notespot_protocol::window::AppEvent;
use notespot_testkit::TestServer;

use super::transfers::{Person, settled};

const FILES: usize = 3_000;

#[tokio::test]
async fn thousands_of_files_are_told_at_most_ten_times_a_second_and_all_along() {
    let server = TestServer::start().await.unwrap();
    let ada = Person::ada(&server).await;
    let album = ada.folder.path().join("album");
    std::fs::create_dir(&album).unwrap();
    for number in 0..FILES {
        std::fs::write(album.join(format!("{number}.txt")), format!("file {number}")).unwrap();
    }
    let window = ada.window().await;
    let began = Instant::now();
    window.app.upload_files(vec![album], None, false).await.unwrap();
    settled(&window).await;
    let took = began.elapsed();
    let album = ada.remote().await.find("album").await.unwrap();
    assert_eq!(ada.remote().await.list(Some(album.id)).await.unwrap().len(), FILES);

    let told = window.heard_of(|event| match event {
        AppEvent::TransfersChanged { transfers } => Some((transfers.active, transfers.items.len())),
        _ => None,
    });
    let times = told.len();
    let seconds = usize::try_from(took.as_secs()).unwrap();
    assert!(times <= 10 * (seconds + 1) + 2, "told {times} times in {took:?}");
    assert!(times > seconds, "told {times} times in {took:?}");
    for eleven in told.windows(11) {
        let (first, last) = (eleven[0].0, eleven[10].0);
        assert!(last - first >= Duration::from_millis(990), "told 11 times in {:?}", last - first);
    }
    assert!(told.iter().all(|(_, (_, shown))| *shown <= 200), "what is told is bounded");
    // For each the window reads its list again; sync has a share in it.
    let read_again = window.heard_of(|event| matches!(event, AppEvent::LibraryChanged).then_some(())).len();
    assert!(read_again <= 40 * (seconds + 1), "the list was read again {read_again} times in {took:?}");
    let seen = told.iter().filter(|(_, (active, _))| (1..FILES).contains(&(*active as usize))).count();
    assert!(seen > 1, "it is seen on its way");
}
