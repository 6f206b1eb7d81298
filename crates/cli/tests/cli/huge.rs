//! Files that no disk here holds, and more of them than memory would: against a store that keeps none
//! of it. `cargo xtask soak huge` runs the same with 100 GiB, 100,000 tiny files and 50,000 of all sizes.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use notespot_testkit::{DiscardingStore, Measured, TestServer, measured};
use tempfile::TempDir;

use crate::Machine;

const GIB: u64 = 1 << 30;
/// Resident at any time, whatever is moved.
const MOST_MEMORY: u64 = 100 << 20;

/// How much of it: what is said, or as much as fits into every run of the tests.
fn amount(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

async fn machine(store: &DiscardingStore) -> Machine {
    let server = TestServer::with(&["--objects", &store.bucket(), "--quota", "100TB"]).await.unwrap();
    Machine::at(server).await
}

/// Runs the command, which has to succeed in the memory that it may take.
async fn within_memory(machine: &Machine, arguments: &[&str]) -> Measured {
    let mut command = Command::new(env!("CARGO_BIN_EXE_notespot"));
    command.args(arguments).current_dir(machine.home.path()).env_clear().env("HOME", machine.home.path());
    command.env("NOTESPOT_SERVER", machine.server.base_url().as_str()).env("NOTESPOT_TOKEN", &machine.token);
    let ran = measured(command).await.unwrap();
    assert!(ran.status.success(), "{}", tail(&ran.stderr));
    let mib = ran.peak_bytes >> 20;
    said(&format!("{arguments:?}: peak {mib} MiB"));
    assert!(ran.peak_bytes < MOST_MEMORY, "{arguments:?} took {mib} MiB");
    ran
}

/// Shown by `cargo xtask soak huge`.
#[allow(clippy::print_stdout, reason = "a measurement is worth seeing when nothing has failed too")]
fn said(line: &str) {
    println!("{line}");
}

fn tail(text: &str) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(2000))..]
}

/// A file of zeros that takes no room.
fn sparse(folder: &Path, name: &str, bytes: u64) {
    File::create(folder.join(name)).unwrap().set_len(bytes).unwrap();
}

#[tokio::test]
async fn a_huge_file_goes_up_in_little_memory() {
    let bytes = amount("NOTESPOT_HUGE_GIB", 4) * GIB + 1;
    let store = DiscardingStore::start().await.unwrap();
    let machine = machine(&store).await;
    sparse(machine.home.path(), "huge.bin", bytes);
    within_memory(&machine, &["upload", "huge.bin"]).await;
    assert_eq!(store.stored().await.unwrap().object_bytes, bytes);
    let listed = machine.json(&["ls"]).await;
    assert_eq!(listed[0]["content"]["size"], bytes, "{listed}");
}

#[tokio::test]
async fn a_large_file_comes_down_in_little_memory() {
    let store = DiscardingStore::start().await.unwrap();
    let machine = machine(&store).await;
    sparse(machine.home.path(), "large.bin", GIB);
    within_memory(&machine, &["upload", "large.bin"]).await;
    fs::create_dir(machine.home.path().join("back")).unwrap();
    within_memory(&machine, &["download", "large.bin", "--to", "back"]).await;
    assert_eq!(fs::metadata(machine.home.path().join("back/large.bin")).unwrap().len(), GIB);
}

#[tokio::test]
async fn very_many_tiny_and_empty_files_go_up_and_come_down_in_little_memory() {
    let files = usize::try_from(amount("NOTESPOT_MANY_FILES", 3_000)).unwrap();
    let store = DiscardingStore::start().await.unwrap();
    let machine = machine(&store).await;
    // Zeros, as the store will give them back: none, one, up to eight.
    let size = |number: usize| number % 9;
    let tree = machine.home.path().join("tree");
    for number in 0..files {
        let folder = tree.join(format!("{}", number / 1000));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{number}")), &[0; 8][..size(number)]).unwrap();
    }
    within_memory(&machine, &["upload", "tree"]).await;
    let bytes: usize = (0..files).map(size).sum();
    let stored = store.stored().await.unwrap();
    assert_eq!((stored.objects, stored.object_bytes), (files as u64, bytes as u64));

    let back = TempDir::new_in(machine.home.path()).unwrap();
    within_memory(&machine, &["download", "tree", "--to", back.path().to_str().unwrap()]).await;
    for number in 0..files {
        let file = back.path().join(format!("tree/{}/{number}", number / 1000));
        assert_eq!(fs::metadata(&file).unwrap().len(), size(number) as u64, "{}", file.display());
    }
}

/// Half of them below 20 KiB, and most bytes in the largest hundredth: log-normal, as files on disks are.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "any size near it is as good"
)]
fn mixed_size(number: usize) -> u64 {
    // Box and Muller's two numbers, from sequences that fill the unit square evenly.
    let unit = |step: f64| ((number as f64 + 0.5) * step).fract();
    let normal = (-2.0 * (1.0 - unit(0.754_877_666)).ln()).sqrt()
        * (std::f64::consts::TAU * unit(0.569_840_291)).cos();
    (20_480.0 * (2.0 * normal).exp()) as u64
}

#[tokio::test]
async fn files_of_all_sizes_go_up_and_come_down_in_little_memory() {
    let files = usize::try_from(amount("NOTESPOT_MIXED_FILES", 4_000)).unwrap();
    let store = DiscardingStore::start().await.unwrap();
    let machine = machine(&store).await;
    let tree = machine.home.path().join("tree");
    fs::create_dir(&tree).unwrap();
    for number in 0..files {
        sparse(&tree, &format!("{number}"), mixed_size(number));
    }
    within_memory(&machine, &["upload", "tree"]).await;
    let back = TempDir::new_in(machine.home.path()).unwrap();
    within_memory(&machine, &["download", "tree", "--to", back.path().to_str().unwrap()]).await;
    for number in 0..files {
        let came = fs::metadata(back.path().join(format!("tree/{number}"))).unwrap().len();
        assert_eq!(came, mixed_size(number), "{number}");
    }
}
