//! The system's own keyring: a real Secret Service, and none at all.
//!
//! Each test runs this test program again as a child, with a session bus, a home and a keyring of
//! its own: the keyring library remembers its first start for as long as a process lives.

use std::process::Command;
use std::sync::Arc;

use notespot_client::{Keyring, SessionStatus};

use super::stand::{Stand, sign_in, status};

const ROLE: &str = "NOTESPOT_TEST_KEYRING_ROLE";

fn child(role: &str, command: &mut Command) {
    let home = tempfile::tempdir().unwrap();
    let output = command
        .env(ROLE, role)
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("XDG_DATA_HOME")
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let told = format!("{}\n{}", text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

fn arguments(test: &str) -> Vec<String> {
    ["--exact", test, "--nocapture", "--test-threads=1"].map(str::to_owned).to_vec()
}

#[test]
fn a_session_is_kept_in_a_real_secret_service() {
    if std::env::var_os(ROLE).is_some() {
        return run(async {
            let stand = Stand::start().await;
            let api = stand.program_with(stand.config_with(Arc::new(Keyring))).await;
            sign_in(&api).await;
            assert!(matches!(status(&api), SessionStatus::SignedIn { ends_with_program: false, .. }));
            drop(api);
            let next_run = stand.program_with(stand.config_with(Arc::new(Keyring))).await;
            next_run.me().await.unwrap();
            next_run.session().sign_out().await.unwrap();
            let last_run = stand.program_with(stand.config_with(Arc::new(Keyring))).await;
            assert_eq!(status(&last_run), SessionStatus::SignedOut { reason: None });
        });
    }
    let this = std::env::current_exe().unwrap();
    let script = "printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec \"$@\"";
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "bash", "-c", script, "bash"]).arg(this);
    command.args(arguments("it::keyring::a_session_is_kept_in_a_real_secret_service"));
    child("secret service", &mut command);
}

#[test]
fn without_a_keyring_the_session_ends_with_the_program() {
    if std::env::var_os(ROLE).is_some() {
        return run(async {
            let stand = Stand::start().await;
            let api = stand.program_with(stand.config_with(Arc::new(Keyring))).await;
            sign_in(&api).await;
            assert!(matches!(status(&api), SessionStatus::SignedIn { ends_with_program: true, .. }));
            api.me().await.unwrap();
            let next_run = stand.program_with(stand.config_with(Arc::new(Keyring))).await;
            assert_eq!(status(&next_run), SessionStatus::SignedOut { reason: None });
        });
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(arguments("it::keyring::without_a_keyring_the_session_ends_with_the_program"));
    child("no bus", &mut command);
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(test);
}
