//! Memory does not grow with the size of a file.
#![cfg(target_os = "linux")]

use std::fs::File;

use notespot_protocol::ByteCount;
use notespot_transfer::Settings;

use super::control::{MIB, Stand};
use super::store::Store;

/// Large enough to be noticed anywhere, small enough for every run. `5 GiB` takes the same path.
const SIZE: u64 = 1 << 30;
/// The whole test program, with its store.
const MOST: u64 = 192 * MIB as u64;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_gibibyte_goes_up_in_a_few_megabytes() {
    let store = Store::discarding().start().await;
    let stand = Stand::with(store, Settings::default());
    let path = stand.path("huge.img");
    File::create(&path).unwrap().set_len(SIZE).unwrap();
    let node = stand.upload(&path).await.unwrap();
    assert_eq!(node.content.unwrap().size, ByteCount(SIZE));
    let peak = peak_memory();
    assert!(peak < MOST, "{} of memory at the peak", ByteCount(peak));
}

/// `VmHWM` of `proc_pid_status(5)`, in bytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix("kB").unwrap().trim().parse::<u64>().unwrap() * 1024
}
