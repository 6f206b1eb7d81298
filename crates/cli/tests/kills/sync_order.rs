//! What a power cut leaves. No test here can cut the power, and `kill -9` loses nothing that the system has in its
//! cache; so these look at the order of system calls: content is on the disk before it has its name, and its name
//! before anybody is told.

use std::fs;
use std::path::Path;

use notespot_testkit::{TestServer, content};

use crate::life::{Life, Step};
use crate::scene::Scene;
use crate::traced::{Call, Trace};

const CHANGES: [&str; 6] = ["write", "writev", "pwrite64", "pwritev", "ftruncate", "fallocate"];
const SYNCS: [&str; 2] = ["fsync", "fdatasync"];
const NAMES: [&str; 5] = ["rename", "renameat", "renameat2", "link", "linkat"];
const SENDS: [&str; 4] = ["write", "writev", "sendto", "sendmsg"];
const TRACED: &str = "write,writev,pwrite64,pwritev,ftruncate,fallocate,fsync,fdatasync,\
    ?rename,?renameat,renameat2,?link,linkat,sendto,sendmsg";

const MIB: usize = 1024 * 1024;

/// The last two names of a path: as much as tells it from others.
fn end_of(path: &Path) -> String {
    let names: Vec<_> = path.iter().map(|name| name.to_str().unwrap()).collect();
    names[names.len().saturating_sub(2)..].join("/")
}

/// Fails unless such a file or folder was brought to the disk between these lines of the trace.
fn require_synced(calls: &[Call], end_of_path: &str, after: usize, before: usize) {
    let between = |call: &&Call| after < call.begun && call.ended < before;
    let between: Vec<_> = calls.iter().filter(between).collect();
    let found = between.iter().any(|call| call.is(&SYNCS, end_of_path));
    assert!(found, "{end_of_path} is not synced between {after} and {before}: {between:#?}");
}

/// Fails unless the content of a file was on the disk before `named` gave it its name, and the name before
/// somebody was `told`.
fn require_order(calls: &[Call], named: &Call, told: &Call) {
    let (from, to) = named.paths();
    let writes = calls.iter().filter(|call| call.is(&CHANGES, &end_of(&from)));
    let written = writes.map(|call| call.ended).max().expect("something was written");
    require_synced(calls, &end_of(&from), written, named.begun);
    require_synced(calls, &end_of(to.parent().unwrap()), named.ended, told.begun);
    let late = calls.iter().find(|call| call.is(&CHANGES, &end_of(&to)) && call.begun > named.begun);
    assert!(late.is_none(), "written when it had its name: {late:?}");
}

fn named(calls: &[Call]) -> impl Iterator<Item = &Call> {
    calls.iter().filter(|call| NAMES.contains(&call.name.as_str()))
}

#[tokio::test]
async fn what_is_downloaded_is_on_the_disk_before_it_has_its_name_and_that_before_it_is_reported() {
    let scene = Scene::begin().await;
    let files = [("large.bin", content(1, 40 * MIB)), ("small.bin", content(2, 5000))];
    for (name, bytes) in &files {
        fs::write(scene.cli.path(name), bytes).unwrap();
        scene.cli.completes(&["upload", name]).await;
    }
    let back = scene.cli.path("back");
    fs::create_dir(&back).unwrap();
    let download = ["download", "large.bin", "small.bin", "--to", back.to_str().unwrap()];
    for more in [[].as_slice(), &["--on-conflict", "replace"]] {
        let trace = Trace::new();
        scene.cli.completes_under(&trace.of(TRACED), &[&download, more].concat()).await;
        let calls = trace.calls().await;
        for (name, bytes) in &files {
            let named = named(&calls).find(|call| call.paths().1.ends_with(name)).expect("a name");
            let tells = |call: &&Call| call.arguments.starts_with("1<") && call.arguments.contains(name);
            require_order(&calls, named, calls.iter().find(tells).expect("a line of its own"));
            assert!(&fs::read(back.join(name)).unwrap() == bytes);
            // To be replaced.
            fs::write(back.join(name), "what was there").unwrap();
        }
    }
}

/// Of one small file, and of one in two parts: the object store's files, and the records.
#[tokio::test]
async fn what_the_server_answers_is_on_its_disk_before() {
    let mut server = TestServer::start().await.unwrap();
    let ada = server.api(server.somebody("Ada").await.unwrap()).unwrap();
    server.stop().await.unwrap();
    let trace = Trace::new();
    server.start_again_under(&trace.of(TRACED)).await.unwrap();
    ada.upload(None, "small.bin", &content(1, 5000)).await.unwrap();
    ada.upload(None, "large.bin", &content(2, 17 * MIB)).await.unwrap();
    server.stop().await.unwrap();
    let calls = trace.calls().await;

    let begins = [r#">, [{iov_base="HTTP/1.1 200"#, r#">, "HTTP/1.1 200"#];
    let is_answer = |call: &&Call| {
        SENDS.contains(&call.name.as_str()) && begins.iter().any(|begin| call.arguments.contains(begin))
    };
    let answers: Vec<_> = calls.iter().filter(is_answer).collect();
    let [plan, _, put, published, plan_parts, _, first, _, second, joined] = answers.as_slice() else {
        panic!("{} answers: {answers:#?}", answers.len());
    };
    let of_the_store = ["objects/objects", "objects/parts"];
    let is_stored = |call: &&Call| {
        let to = call.paths().1;
        let above = to.parent().and_then(Path::parent);
        above.is_some_and(|above| of_the_store.contains(&end_of(above).as_str()))
    };
    let stored: Vec<_> = named(&calls).filter(is_stored).collect();
    assert_eq!(stored.len(), 4, "{stored:#?}");
    for (named, answer) in stored.iter().zip([put, first, second, joined]) {
        require_order(&calls, named, answer);
    }
    // The folders that were made for them, too.
    require_synced(&calls, "objects/objects", 0, put.begun);
    require_synced(&calls, "objects/parts", published.ended, plan_parts.begun);

    for (before, answer) in
        [(0, plan), (put.ended, published), (published.ended, plan_parts), (second.ended, joined)]
    {
        let recorded = calls.iter().filter(|call| call.is(&CHANGES, "-wal") && call.ended < answer.begun);
        let recorded = recorded.map(|call| call.ended).max().expect("a record");
        assert!(recorded > before, "nothing was recorded before {answer:?}");
        require_synced(&calls, "-wal", recorded, answer.begun);
    }
}

/// Of everything else that changes a record: each change is in SQLite's log, and that on the disk, before its answer.
#[tokio::test]
async fn every_change_is_on_the_disk_before_it_is_answered() {
    let mut server = TestServer::start().await.unwrap();
    let mut life = Life::begin(&server);
    for step in [Step::Account, Step::Folder, Step::Small, Step::Large, Step::Gone] {
        life.take(step, &server).await.unwrap();
    }
    server.stop().await.unwrap();
    let trace = Trace::new();
    server.start_again_under(&trace.of(TRACED)).await.unwrap();
    let steps = [Step::Rename, Step::Link, Step::Trash, Step::Delete];
    for step in steps {
        life.take(step, &server).await.unwrap();
    }
    server.stop().await.unwrap();
    let calls = trace.calls().await;
    let begins = [r#">, [{iov_base="HTTP/1.1 20"#, r#">, "HTTP/1.1 20"#];
    let is_answer = |call: &&Call| {
        SENDS.contains(&call.name.as_str()) && begins.iter().any(|begin| call.arguments.contains(begin))
    };
    let answers: Vec<_> = calls.iter().filter(is_answer).collect();
    assert_eq!(answers.len(), steps.len(), "{answers:#?}");
    let mut before = 0;
    for (step, answer) in steps.iter().zip(answers) {
        let log =
            |call: &&Call| call.is(&CHANGES, "-wal") && before < call.begun && call.ended < answer.begun;
        // The first of them: what the sweeper writes meanwhile may be under way.
        let recorded = calls.iter().filter(log).map(|call| call.ended).min();
        let recorded =
            recorded.unwrap_or_else(|| panic!("nothing was recorded before {step:?} was answered"));
        require_synced(&calls, "-wal", recorded, answer.begun);
        before = answer.ended;
    }
}
