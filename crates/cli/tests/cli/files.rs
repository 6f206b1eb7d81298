//! Uploading, listing, downloading, deleting.

use notespot_testkit::content;

use crate::Machine;

const NAMES: [&str; 3] = ["Plan für Mai.pdf", "\u{1f4c8} chart.png", "報告 2.txt"];

#[tokio::test]
async fn what_was_uploaded_is_listed_and_comes_back_the_same() {
    let machine = Machine::start().await;
    for (seed, name) in (0..).zip(NAMES) {
        machine.file(name, &content(seed, 100_000));
    }
    let uploaded = machine.json(&["upload", NAMES[0], NAMES[1], NAMES[2]]).await;
    assert_eq!(uploaded.as_array().unwrap().len(), 3);

    let listed = machine.json(&["ls"]).await;
    let listed: Vec<_> =
        listed.as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap()).collect();
    for name in NAMES {
        assert!(listed.contains(&name), "{listed:?}");
    }

    std::fs::create_dir(machine.home.path().join("back")).unwrap();
    let ran = machine.run(&["download", NAMES[0], NAMES[1], NAMES[2], "--to", "back"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for (seed, name) in (0..).zip(NAMES) {
        assert_eq!(machine.read(&format!("back/{name}")), content(seed, 100_000));
    }
}

#[tokio::test]
async fn a_file_of_several_parts_comes_back_the_same() {
    let machine = Machine::start().await;
    let bytes = content(7, 40 * 1024 * 1024 + 1);
    machine.file("large.bin", &bytes);
    let uploaded = machine.json(&["upload", "large.bin"]).await;
    let id = uploaded[0]["node"]["id"].as_str().unwrap().to_owned();
    std::fs::create_dir(machine.home.path().join("back")).unwrap();
    let ran = machine.run(&["download", &id, "--to", "back"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(machine.read("back/large.bin") == bytes);
}

#[tokio::test]
async fn a_name_that_exists_is_numbered_on_both_sides() {
    let machine = Machine::start().await;
    machine.file("notes.txt", b"one");
    machine.run(&["upload", "notes.txt"]).await;
    let second = machine.json(&["upload", "notes.txt"]).await;
    assert_eq!(second[0]["node"]["name"], "notes (2).txt");
    machine.file("notes.txt", b"two");
    let ran = machine.run(&["download", "notes.txt"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("notes (2).txt"), "{ran:?}");
    assert_eq!(machine.read("notes.txt"), b"two");
    assert_eq!(machine.read("notes (2).txt"), b"one");
}

#[tokio::test]
async fn one_file_that_fails_is_in_no_others_way() {
    let machine = Machine::start().await;
    machine.file("good.txt", b"good");
    let ran = machine.run(&["upload", "gone.txt", "good.txt"]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("good.txt"), "{ran:?}");
    assert!(ran.stderr.contains("gone.txt") && ran.stderr.contains("1 uploaded, 1 failed:"), "{ran:?}");
    let told = machine.json(&["upload", "gone.txt"]).await;
    assert_eq!(told[0]["error"]["code"], "file_missing");
}

#[tokio::test]
async fn what_is_moved_to_the_trash_is_listed_no_more() {
    let machine = Machine::start().await;
    machine.file("notes.txt", b"one");
    machine.run(&["upload", "notes.txt"]).await;
    let ran = machine.run(&["rm", "notes.txt"]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "notes.txt is in the trash.\n"));
    assert_eq!(machine.json(&["ls"]).await, serde_json::json!([]));
}

#[tokio::test]
async fn content_that_the_server_has_is_not_sent_again_unless_it_is_wanted() {
    let machine = Machine::start().await;
    let bytes = content(11, 7 * 1024 * 1024);
    for name in ["a.bin", "b.bin", "c.bin"] {
        machine.file(name, &bytes);
    }
    assert_eq!(machine.json(&["upload", "a.bin"]).await[0]["fate"], "uploaded");
    let again = machine.run(&["upload", "b.bin"]).await;
    assert!(again.stdout.contains("b.bin") && again.stdout.contains("nothing was sent"), "{again:?}");
    assert_eq!(machine.json(&["upload", "c.bin"]).await[0]["fate"], "was_there");
    assert_eq!(machine.json(&["upload", "c.bin", "--no-dedupe"]).await[0]["fate"], "uploaded");
    assert_eq!(machine.json(&["ls"]).await.as_array().unwrap().len(), 4);
}
