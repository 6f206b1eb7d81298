use super::*;
use crate::library::open;

fn upload(number: u32, path: PathBuf) -> Entry {
    let mut key = [0; 16];
    key[..4].copy_from_slice(&number.to_le_bytes());
    let file = FileUpload::new(path, None);
    Entry {
        row: 0,
        request: 7,
        key,
        position: i64::from(number),
        paused: false,
        name: format!("{number}.txt"),
        size: ByteCount(u64::from(number)),
        job: Job::Upload { file, with_link: true },
    }
}

async fn library(folder: &tempfile::TempDir) -> Library {
    open(&folder.path().join("library.sqlite"), "en").await.unwrap().library
}

#[tokio::test]
async fn what_was_asked_for_is_there_after_a_restart_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let journal = library(&folder).await;
    let path = path_of(b"/tmp/no \xff unicode.txt");
    let file = FileToDownload {
        node: NodeId::generate(),
        to: SaveTo::Folder(path.clone()),
        existing: Existing::Fail,
    };
    let down = Entry { key: [9; 16], job: Job::Download { file }, ..upload(2, path.clone()) };
    let begun = journal.begin_transfers(vec![upload(3, path.clone()), down]).await.unwrap();
    journal.set_paused(&[begun[0].row], true).await.unwrap();
    journal.set_existing(&[begun[1].row], Existing::KeepBoth).await.unwrap();
    let request =
        Request::Upload { seed: [3; 32], folder: None, with_link: false, paths: vec![KeptPath::of(&path)] };
    let id = journal.begin_request(&request).await.unwrap();
    journal.close().await;

    let journal = library(&folder).await;
    let found = journal.transfers().await.unwrap();
    assert_eq!(found.iter().map(|entry| entry.position).collect::<Vec<_>>(), [2, 3]);
    let [Entry { job: Job::Download { file }, .. }, second] = &found[..] else { panic!("{}", found.len()) };
    assert_eq!((&file.to, file.existing), (&SaveTo::Folder(path.clone()), Existing::KeepBoth));
    let (Job::Upload { file: now, .. }, Job::Upload { file: then, .. }) = (&second.job, &begun[0].job) else {
        panic!("an upload is a download")
    };
    assert_eq!((&now.path, now.client_ref, second.paused), (&path, then.client_ref, true));
    let requests = journal.requests().await.unwrap();
    assert!(
        matches!(&requests[..], [(found, Request::Upload { paths, .. })] if *found == id && paths[0].to_path() == path)
    );

    journal.end_transfers(&[second.row]).await.unwrap();
    journal.end_request(id).await.unwrap();
    assert_eq!(journal.transfers().await.unwrap().len(), 1);
    assert!(journal.requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_found_again_is_not_written_down_again() {
    let folder = tempfile::tempdir().unwrap();
    let journal = library(&folder).await;
    let many = |range: std::ops::Range<u32>| {
        range.map(|number| upload(number, PathBuf::from("/a"))).collect::<Vec<_>>()
    };
    assert_eq!(journal.begin_transfers(many(0..2500)).await.unwrap().len(), 2500);
    let again = journal.begin_transfers(many(2000..3000)).await.unwrap();
    assert_eq!(
        again.iter().map(|entry| entry.position).collect::<Vec<_>>(),
        (2500..3000).collect::<Vec<_>>()
    );
    assert_eq!(journal.transfers().await.unwrap().len(), 3000);
    journal.end_all_transfers().await.unwrap();
    assert!(journal.transfers().await.unwrap().is_empty());
}
