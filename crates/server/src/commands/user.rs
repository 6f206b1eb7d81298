//! `notespot-server user …`

use std::io::Read as _;

use anyhow::Context as _;
use notespot_metadata::users::{Quota, UserRecord};
use notespot_protocol::{ByteCount, UserId};

use super::named::named;
use crate::audit;
use crate::config::{Config, UserCommand, read_size};
use crate::identity::{NewAccount, add_account};
use crate::stores::{self, OpenMetadata};

/// Longer input is no password.
const PASSWORD_MAX_BYTES: u64 = 4096;
/// In the place of a size: that of everybody.
const DEFAULT: &str = "default";

/// As it is written.
pub(super) fn name(command: &UserCommand) -> &'static str {
    match command {
        UserCommand::Add { .. } => "user add",
        UserCommand::Show { .. } => "user show",
        UserCommand::Quota { .. } => "user quota",
    }
}

pub(super) async fn run(config: &Config, command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Add { email, name, password_stdin: _ } => {
            let password = read_password()?;
            let metadata = open(config).await?;
            let id = add_account(&*metadata.accounts, NewAccount { email, name, password }).await?;
            audit::account_made(&id, None);
            metadata.close().await;
            println!("{id}");
        }
        UserCommand::Show { user } => {
            let metadata = open(config).await?;
            let id = named(&metadata, config, &user).await?;
            let record = metadata.store.user_record(&id).await.context("The user could not be read.")?;
            metadata.close().await;
            print(&record);
        }
        UserCommand::Quota { user, size } => {
            let quota = read_quota(&size, config.quota)?;
            let metadata = open(config).await?;
            let id = named(&metadata, config, &user).await?;
            let record = set_quota(&metadata, &id, quota).await?;
            metadata.close().await;
            print(&record);
        }
    }
    Ok(())
}

async fn open(config: &Config) -> anyhow::Result<OpenMetadata> {
    stores::make_data_dir(&config.data_dir)?;
    stores::open_metadata(config).await
}

async fn set_quota(metadata: &OpenMetadata, id: &UserId, quota: Quota) -> anyhow::Result<UserRecord> {
    let record = metadata.store.set_quota(id, quota).await.context("The quota could not be saved.")?;
    audit::quota_set(
        id,
        match quota {
            Quota::Own(size) => Some(size),
            Quota::Default(_) => None,
        },
    );
    Ok(record)
}

fn read_quota(text: &str, default: ByteCount) -> anyhow::Result<Quota> {
    if text.eq_ignore_ascii_case(DEFAULT) {
        return Ok(Quota::Default(default));
    }
    let size = read_size(text);
    let size =
        size.with_context(|| format!("{text}: a size is expected, such as 500MB or 50GB, or default."))?;
    Ok(Quota::Own(size))
}

/// A line for each thing, with what it is called first: for people, and for `awk`.
fn print(UserRecord { me, quota_is_own, is_banned }: &UserRecord) {
    let whose = if *quota_is_own { "their own" } else { "the default of these settings" };
    println!("id     {}", me.id);
    println!("name   {}", me.name);
    println!("email  {}", me.email.as_deref().unwrap_or_default());
    println!("used   {} bytes", me.used.get());
    println!("quota  {} bytes, {whose}", me.quota.get());
    if *is_banned {
        println!("banned at the identity provider");
    }
}

fn read_password() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .take(PASSWORD_MAX_BYTES)
        .read_to_string(&mut text)
        .context("The password could not be read from standard input.")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_size_or_that_of_everybody() {
        let read = |text: &str| read_quota(text, ByteCount(7)).map_err(|error| error.to_string());
        assert_eq!(read("5GB"), Ok(Quota::Own(ByteCount(5_000_000_000))));
        assert_eq!(read("default"), Ok(Quota::Default(ByteCount(7))));
        for text in ["", "0", "-1GB", "lots", "5 parsecs"] {
            assert!(read(text).unwrap_err().contains("a size is expected"), "{text}");
        }
    }
}
