//! `notespot-server doctor`

use anyhow::{Context as _, bail};

use crate::config::Config;
use crate::doctor::examine;
use crate::findings::how_many_are_wrong;

pub(super) async fn run(config: &Config, json: bool, set_rules: bool) -> anyhow::Result<()> {
    let findings = examine(config, set_rules).await.context("The HTTP client cannot start.")?;
    if json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        for finding in &findings {
            println!("{finding}");
        }
    }
    how_many_are_wrong(&findings).map_or(Ok(()), |said| bail!(said))
}
