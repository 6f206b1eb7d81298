//! The dependency arrows of ARCHITECTURE.md.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use super::Complaint;

/// Which of our crates each of our crates may use. A new crate is added here, with thought.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("notespot-protocol", &[]),
    ("notespot-network", &[]),
    ("notespot-transfer", &["notespot-protocol", "notespot-network"]),
    ("notespot-client", &["notespot-protocol", "notespot-network"]),
    ("notespot-app", &["notespot-protocol", "notespot-client", "notespot-network", "notespot-transfer"]),
    ("notespot-cli", &["notespot-protocol", "notespot-app"]),
    ("notespot-desktop", &["notespot-protocol", "notespot-app"]),
    ("notespot-metadata", &["notespot-protocol"]),
    ("notespot-objects", &["notespot-protocol"]),
    ("notespot-server", &["notespot-protocol", "notespot-metadata", "notespot-objects"]),
    ("notespot-testkit", &["notespot-protocol"]),
    ("xtask", &[]),
];

/// Which crates may use a library, by the beginning of the library's name.
const ONLY_IN: [(&str, &[&str]); 10] = [
    ("tauri", &["notespot-desktop"]),
    ("axum", &["notespot-server", "notespot-testkit"]),
    ("utoipa-axum", &["notespot-server"]),
    ("sqlx", &["notespot-metadata"]),
    ("rusqlite", &["notespot-app", "notespot-metadata"]),
    ("mongodb", &["notespot-metadata"]),
    ("aws-sdk", &["notespot-objects"]),
    ("aws-config", &["notespot-objects"]),
    ("s3s", &["notespot-objects"]),
    ("rusty-s3", &["notespot-objects"]),
];

/// What tests of the client's side start in their own process: parts of a server, so that they can
/// take them away in the middle.
const IN_PROCESS: [&str; 2] = ["notespot-server", "notespot-metadata"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<String>,
}

pub(super) fn check() -> anyhow::Result<Vec<Complaint>> {
    let told = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .output()
        .context("cargo is needed to list the crates")?;
    ensure!(told.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&told.stderr));
    let metadata: Metadata = serde_json::from_slice(&told.stdout)?;
    Ok(judge(&metadata))
}

fn judge(metadata: &Metadata) -> Vec<Complaint> {
    let may_use: BTreeMap<&str, &[&str]> = MAY_USE.into_iter().collect();
    let mut complaints = Vec::new();
    for package in &metadata.packages {
        let Some(ours) = may_use.get(package.name.as_str()) else {
            complaints.push(Complaint::new(
                &package.name,
                "a crate that has no place in the arrows yet: give it one in xtask/src/tidy/arrows.rs",
            ));
            continue;
        };
        for dependency in &package.dependencies {
            complaints.extend(judge_one(package, ours, dependency));
        }
    }
    complaints
}

fn judge_one(package: &Package, ours: &[&str], dependency: &Dependency) -> Option<Complaint> {
    let in_tests = dependency.kind.as_deref() == Some("dev");
    if dependency.path.is_some() {
        // Tests may start real servers; a crate may turn on its own features for its tests.
        let fine = ours.contains(&dependency.name.as_str())
            || in_tests && matches!(dependency.name.as_str(), "notespot-testkit" | "notespot-protocol")
            || in_tests
                && matches!(package.name.as_str(), "notespot-client" | "notespot-app")
                && IN_PROCESS.contains(&dependency.name.as_str())
            || in_tests && dependency.name == package.name;
        return (!fine).then(|| wrong_way(package, dependency));
    }
    let (_, places) = ONLY_IN.iter().find(|(library, _)| {
        dependency.name == *library || dependency.name.starts_with(&format!("{library}-"))
    })?;
    (!in_tests && !places.contains(&package.name.as_str())).then(|| wrong_way(package, dependency))
}

fn wrong_way(package: &Package, dependency: &Dependency) -> Complaint {
    Complaint::new(
        format!("{} → {}", package.name, dependency.name),
        "this arrow points the wrong way: ARCHITECTURE.md says which do not",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints_about(name: &str, dependency: &str, kind: Option<&str>, path: Option<&str>) -> usize {
        let dependency =
            Dependency { name: dependency.into(), kind: kind.map(Into::into), path: path.map(Into::into) };
        judge(&Metadata { packages: vec![Package { name: name.into(), dependencies: vec![dependency] }] })
            .len()
    }

    #[test]
    fn arrows_that_point_the_wrong_way_are_complained_of() {
        assert_eq!(complaints_about("notespot-protocol", "notespot-app", None, Some("crates/app")), 1);
        assert_eq!(complaints_about("notespot-app", "tauri-plugin-dialog", None, None), 1);
        assert_eq!(complaints_about("notespot-client", "sqlx", None, None), 1);
        assert_eq!(complaints_about("a-new-crate", "serde", None, None), 1);
    }

    #[test]
    fn arrows_that_point_the_right_way_are_not() {
        assert_eq!(complaints_about("notespot-app", "notespot-client", None, Some("crates/client")), 0);
        assert_eq!(complaints_about("notespot-transfer", "axum", Some("dev"), None), 0);
        assert_eq!(
            complaints_about("notespot-cli", "notespot-testkit", Some("dev"), Some("crates/testkit")),
            0
        );
        assert_eq!(complaints_about("notespot-server", "axum", None, None), 0);
    }
}
