//! `notespot-server user …`

use std::io::Read as _;

use anyhow::Context as _;

use crate::audit;
use crate::config::{Config, UserCommand};
use crate::identity::{NewAccount, add_account};
use crate::stores;

/// Longer input is no password.
const PASSWORD_MAX_BYTES: u64 = 4096;

pub(super) async fn run(config: &Config, command: UserCommand) -> anyhow::Result<()> {
    let UserCommand::Add { email, name, password_stdin: _ } = command;
    let password = read_password()?;
    stores::make_data_dir(&config.data_dir)?;
    let metadata = stores::open_metadata(config).await?;
    let id = add_account(&*metadata.accounts, NewAccount { email, name, password }).await?;
    audit::account_made(&id, None);
    metadata.close().await;
    println!("{id}");
    Ok(())
}

fn read_password() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .take(PASSWORD_MAX_BYTES)
        .read_to_string(&mut text)
        .context("The password could not be read from standard input.")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
