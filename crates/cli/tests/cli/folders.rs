//! Whole folders.

use std::collections::BTreeSet;
use std::fs;

use crate::Machine;

/// The names in a folder at the server.
async fn names(machine: &Machine, folder: &str) -> BTreeSet<String> {
    let listed = machine.json(&["ls", folder]).await;
    let listed = listed.as_array().unwrap_or_else(|| panic!("{listed}"));
    listed.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn a_folder_keeps_its_tree_and_its_empty_folders() {
    let machine = Machine::start().await;
    let root = machine.home.path().join("Semester 5");
    fs::create_dir_all(root.join("Vorlesung/Übungen")).unwrap();
    fs::create_dir_all(root.join("empty")).unwrap();
    fs::write(root.join("plan.txt"), b"plan").unwrap();
    fs::write(root.join("Vorlesung/Übungen/1.txt"), b"one").unwrap();
    let ran = machine.run(&["upload", "Semester 5"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(names(&machine, "Semester 5").await, set(&["Vorlesung", "empty", "plan.txt"]));
    assert_eq!(names(&machine, "Semester 5/Vorlesung/Übungen").await, set(&["1.txt"]));
    assert!(names(&machine, "Semester 5/empty").await.is_empty());

    fs::write(root.join("Vorlesung/new.txt"), b"new").unwrap();
    machine.run(&["upload", "Semester 5/Vorlesung", "--to", "Semester 5"]).await;
    let inside = names(&machine, "Semester 5/Vorlesung").await;
    assert_eq!(inside, set(&["Übungen", "new.txt"]), "the folder that is there is used");
}

#[cfg(unix)]
#[tokio::test]
async fn links_in_a_folder_are_reported_and_not_followed() {
    let machine = Machine::start().await;
    machine.file("secret.txt", b"secret");
    let root = machine.home.path().join("folder");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("a.txt"), b"a").unwrap();
    std::os::unix::fs::symlink(machine.home.path(), root.join("out")).unwrap();
    let ran = machine.run(&["upload", "folder"]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("out") && ran.stderr.contains("symbolic link"), "{ran:?}");
    assert_eq!(names(&machine, "folder").await, set(&["a.txt"]));
}

#[tokio::test]
async fn thousands_of_files_each_become_one() {
    const COUNT: usize = 3000;
    let machine = Machine::start().await;
    let root = machine.home.path().join("many");
    fs::create_dir(&root).unwrap();
    for number in 0..COUNT {
        fs::write(root.join(format!("{number}.txt")), format!("content of {number}")).unwrap();
    }
    fs::write(root.join("large.bin"), vec![7; 3 * 1024 * 1024]).unwrap();
    let told = machine.json(&["upload", "many"]).await;
    assert_eq!(told.as_array().unwrap().len(), COUNT + 1);
    assert!(told.as_array().unwrap().iter().all(|one| one["node"]["id"].is_string()), "{told}");
    assert_eq!(names(&machine, "many").await.len(), COUNT + 1);
}
