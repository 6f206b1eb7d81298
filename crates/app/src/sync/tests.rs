//! Two devices of one owner and a server, over drawn sequences of what people do, with cuts at any point and crashes of
//! each of the three: all come to the same tree.
//!
//! The server is the metadata store itself, called without HTTP, so that thousands of runs take seconds; the same
//! over real sockets is in `tests/it`. A run that fails is shrunk and named by proptest; `cargo xtask soak library` runs
//! more of them.

mod device;
mod here;

use notespot_protocol::window::{ConflictChoice, ConflictWhy};
use proptest::prelude::*;
use proptest::sample::Index as Pick;

use self::device::{Device, Everything};
use self::here::Server;

/// What somebody does on a device.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    MakeFolder {
        parent: Pick,
        name: u8,
    },
    Rename {
        node: Pick,
        name: u8,
    },
    Move {
        node: Pick,
        to: Pick,
    },
    Describe {
        node: Pick,
        text: u8,
    },
    Tag {
        node: Pick,
        tag: u8,
    },
    Trash {
        node: Pick,
    },
    Restore {
        node: Pick,
    },
    /// For ever, where it is in the trash.
    Delete {
        node: Pick,
    },
    /// The same to several at once, as they go to the server.
    TrashAll {
        from: Pick,
    },
    MoveAll {
        from: Pick,
        to: Pick,
    },
    RestoreAll,
    EmptyTrash,
    MakeLink {
        node: Pick,
    },
    EndLink {
        node: Pick,
    },
    List {
        node: Pick,
        listed: bool,
    },
    Resolve {
        which: Pick,
        choice: Pick,
    },
}

#[derive(Clone, Debug)]
enum Step {
    /// On the first device, or on the second.
    Do { second: bool, deed: Deed },
    /// The device sends and fetches. The network is cut after so many calls: before the server hears of the last one,
    /// or before its answer comes back.
    Sync { second: bool, calls: u8, answer_is_lost: bool },
    /// The program dies and is started again.
    Crash { second: bool },
    /// The same of the server.
    ServerCrash,
    /// A file arrives at the server from elsewhere.
    Upload { parent: Pick, name: u8 },
    /// What is in the trash is deleted for ever, from elsewhere.
    Delete { node: Pick },
}

fn deed() -> impl Strategy<Value = Deed> {
    let pick = any::<Pick>;
    let name = || 0..6_u8;
    prop_oneof![
        2 => (pick(), name()).prop_map(|(parent, name)| Deed::MakeFolder { parent, name }),
        3 => (pick(), name()).prop_map(|(node, name)| Deed::Rename { node, name }),
        3 => (pick(), pick()).prop_map(|(node, to)| Deed::Move { node, to }),
        1 => (pick(), name()).prop_map(|(node, text)| Deed::Describe { node, text }),
        1 => (pick(), name()).prop_map(|(node, tag)| Deed::Tag { node, tag }),
        2 => pick().prop_map(|node| Deed::Trash { node }),
        1 => pick().prop_map(|node| Deed::Restore { node }),
        2 => pick().prop_map(|node| Deed::Delete { node }),
        1 => pick().prop_map(|from| Deed::TrashAll { from }),
        1 => (pick(), pick()).prop_map(|(from, to)| Deed::MoveAll { from, to }),
        1 => Just(Deed::RestoreAll),
        1 => Just(Deed::EmptyTrash),
        1 => pick().prop_map(|node| Deed::MakeLink { node }),
        1 => pick().prop_map(|node| Deed::EndLink { node }),
        2 => (pick(), any::<bool>()).prop_map(|(node, listed)| Deed::List { node, listed }),
        1 => (pick(), pick()).prop_map(|(which, choice)| Deed::Resolve { which, choice }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (any::<bool>(), deed()).prop_map(|(second, deed)| Step::Do { second, deed }),
        3 => (any::<bool>(), 0..12_u8, any::<bool>())
            .prop_map(|(second, calls, answer_is_lost)| Step::Sync { second, calls, answer_is_lost }),
        1 => any::<bool>().prop_map(|second| Step::Crash { second }),
        1 => Just(Step::ServerCrash),
        2 => (any::<Pick>(), 0..6_u8).prop_map(|(parent, name)| Step::Upload { parent, name }),
        1 => any::<Pick>().prop_map(|node| Step::Delete { node }),
    ]
}

/// With nobody in the way, every device sends what it has, decides what is asked, and fetches the rest. Rounds: a
/// decision may meet the next conflict, but not for ever.
async fn settle(devices: &mut [Device; 2], server: &Server) {
    server.heal();
    for round in 0..30 {
        let mut is_quiet = true;
        for device in &mut *devices {
            device.sync(server).await.expect("nothing is in the way");
            for conflict in device.library.conflicts().await.unwrap() {
                // First everybody insists, and then gives way, so that both are tried and it ends.
                let insists = round < 10;
                let choice = if insists { conflict.choices[0] } else { ConflictChoice::Theirs };
                device.library.resolve(conflict.id.into(), choice).await.unwrap();
                is_quiet = false;
            }
            is_quiet &= device.library.edit_counts().waiting == 0;
        }
        if is_quiet {
            break;
        }
    }
    for device in devices {
        device.sync(server).await.unwrap();
        assert_eq!(device.library.edit_counts().waiting, 0, "{:#?}", device.library.conflicts().await);
    }
}

async fn run(steps: Vec<Step>) {
    let mut server = Server::new().await;
    let mut devices = [Device::new().await, Device::new().await];
    for step in steps {
        match step {
            Step::Do { second, deed } => devices[usize::from(second)].takes(&deed).await,
            Step::Sync { second, calls, answer_is_lost } => {
                server.cut_after(calls, answer_is_lost);
                // Cut or not: the next one goes on.
                let _ = devices[usize::from(second)].sync(&server).await;
                server.heal();
            }
            Step::ServerCrash => server.crash().await,
            Step::Crash { second } => devices[usize::from(second)].crash().await,
            Step::Upload { parent, name } => server.upload(parent, name).await,
            Step::Delete { node } => server.delete(node).await,
        }
    }
    settle(&mut devices, &server).await;
    let there = server.everything().await;
    for device in &devices {
        assert_eq!(device.everything().await, there);
        device.is_consistent().await;
    }
    for device in devices {
        device.library.close().await;
    }
}

/// How many sequences are drawn: so many, or what `NOTESPOT_CASES` says.
pub(crate) fn cases(usually: u32) -> u32 {
    std::env::var("NOTESPOT_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usually)
}

/// A device with so many files, all of which the server has.
async fn device_with_files(server: &Server, count: usize) -> Device {
    for _ in 0..count {
        server.upload_at_top(0).await;
    }
    let device = Device::new().await;
    device.sync(server).await.unwrap();
    device
}

#[tokio::test]
async fn an_answer_that_is_lost_is_no_reason_to_ask_about_what_was_done_here() {
    let server = Server::new().await;
    let device = device_with_files(&server, 12).await;
    device.trash_all().await;
    device.takes(&Deed::EmptyTrash).await;
    // The first call trashes all of them, and nobody hears of it.
    server.cut_after(0, true);
    device.sync(&server).await.unwrap_err();
    server.heal();
    let before = server.calls();
    device.sync(&server).await.unwrap();
    assert!(device.library.conflicts().await.unwrap().is_empty());
    assert_eq!(device.library.edit_counts().waiting, 0);
    assert_eq!(device.everything().await, Everything::of(Vec::new(), std::iter::empty()));
    let calls = server.calls() - before;
    assert!(calls <= 20, "{calls} calls: one for each would be more");
}

#[tokio::test]
async fn what_was_the_first_thing_in_an_account_is_forgotten_like_any_other() {
    let server = Server::new().await;
    let device = Device::new().await;
    device.sync(&server).await.unwrap();
    device.make_folder("first").await;
    device.trash_all().await;
    // It is made, and moved to the trash without that being heard; then it goes for ever, elsewhere.
    server.cut_after(1, true);
    device.sync(&server).await.unwrap_err();
    server.heal();
    server.empty_trash().await;
    device.sync(&server).await.unwrap();
    assert_eq!(device.everything().await, server.everything().await);
    assert_eq!(device.library.edit_counts().waiting, 0);
}

#[tokio::test]
async fn what_was_refused_only_because_of_what_was_changed_elsewhere_is_not_asked_about() {
    let server = Server::new().await;
    let (one, two) = (device_with_files(&server, 2).await, Device::new().await);
    two.sync(&server).await.unwrap();
    let [a, b] = one.named(["a", "a (2)"]).await;
    // One: a goes out of the way of b. Two: something else about a, which the first does not know.
    one.rename(a, "c.txt").await;
    one.rename(b, "a").await;
    two.describe(a, "theirs").await;
    two.sync(&server).await.unwrap();
    one.sync(&server).await.unwrap();
    assert!(one.library.conflicts().await.unwrap().is_empty());
    two.sync(&server).await.unwrap();
    assert_eq!(one.everything().await, server.everything().await);
    assert_eq!(two.named(["c.txt", "a"]).await, [a, b]);
}

#[tokio::test]
async fn what_was_trashed_elsewhere_is_neither_shared_nor_listed_unasked() {
    let server = Server::new().await;
    let (one, two) = (device_with_files(&server, 2).await, Device::new().await);
    let [shared, listed] = one.named(["a", "a (2)"]).await;
    one.library.make_link(listed).await.unwrap().unwrap();
    one.sync(&server).await.unwrap();
    one.library.make_link(shared).await.unwrap().unwrap();
    one.library.list_link(listed, true).await.unwrap().unwrap();
    two.sync(&server).await.unwrap();
    two.trash_all().await;
    two.sync(&server).await.unwrap();
    // It sends before it hears of the trash.
    one.sync(&server).await.unwrap();
    let conflicts = one.library.conflicts().await.unwrap();
    let why: Vec<_> = conflicts.iter().map(|conflict| (conflict.node, conflict.why)).collect();
    assert_eq!(why, [(shared, ConflictWhy::TrashedThere), (listed, ConflictWhy::TrashedThere)]);
    for conflict in conflicts {
        one.library.resolve(conflict.id.into(), ConflictChoice::Mine).await.unwrap();
    }
    one.sync(&server).await.unwrap();
    two.sync(&server).await.unwrap();
    assert_eq!(one.library.edit_counts().waiting, 0);
    assert_eq!(two.everything().await, server.everything().await);
    assert_eq!(two.named(["a", "a (2)"]).await, [shared, listed]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(400), ..ProptestConfig::default() })]

    #[test]
    fn two_devices_converge_whatever_happens_in_between(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(steps));
    }
}
