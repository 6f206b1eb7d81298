//! Making an account.

use notespot_metadata::MetadataError;
use notespot_metadata::accounts::{Account, Accounts};
use notespot_protocol::{ClientRef, Timestamp, UserId};
use zeroize::Zeroizing;

use super::passwords::Passwords;

const NAME_MAX_CHARS: usize = 200;
/// RFC 5321 §4.5.3.1.3, without the angle brackets.
const EMAIL_MAX_BYTES: usize = 254;
const PASSWORD_MIN_CHARS: usize = 10;
const PASSWORD_MAX_CHARS: usize = 512;

/// A person to make an account for.
pub struct NewAccount {
    /// The e-mail address.
    pub email: String,
    /// The display name.
    pub name: String,
    /// The password, as typed.
    pub password: String,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount").finish_non_exhaustive()
    }
}

/// Why an account was not made. The texts are for the person.
#[derive(Debug, thiserror::Error)]
pub enum NewAccountError {
    /// The name is empty or too long.
    #[error("Enter your name, with at most 200 characters.")]
    Name,
    /// Not an e-mail address.
    #[error("Enter an e-mail address, such as name@example.org.")]
    Email,
    /// There is an account with this address.
    #[error("There is an account with this e-mail address already.")]
    EmailTaken,
    /// The password is too short.
    #[error("Choose a password of at least 10 characters.")]
    PasswordTooShort,
    /// The password is too long.
    #[error("This password is too long: 512 characters is the most.")]
    PasswordTooLong,
    /// The database failed.
    #[error("The account could not be saved. Try again in a moment.")]
    Unavailable(#[source] MetadataError),
    /// Too many others are signing in.
    #[error("Many people are signing in at the moment. Try again in a moment.")]
    Busy,
}

/// Makes an account: `notespot-server user add`. Durable when it returns.
pub async fn add_account(accounts: &dyn Accounts, new: NewAccount) -> Result<UserId, NewAccountError> {
    if let Some(problem) = problems_of(&new).into_iter().next() {
        return Err(problem);
    }
    save(accounts, &Passwords::new(), new).await.map(|account| account.id)
}

/// Everything that is wrong with what was typed, in the order of the form.
pub(super) fn problems_of(new: &NewAccount) -> Vec<NewAccountError> {
    let mut problems = Vec::new();
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX_CHARS || name.chars().any(char::is_control) {
        problems.push(NewAccountError::Name);
    }
    if !is_email(new.email.trim()) {
        problems.push(NewAccountError::Email);
    }
    match new.password.chars().count() {
        0..PASSWORD_MIN_CHARS => problems.push(NewAccountError::PasswordTooShort),
        PASSWORD_MIN_CHARS..=PASSWORD_MAX_CHARS => {}
        _ => problems.push(NewAccountError::PasswordTooLong),
    }
    problems
}

/// Hashes and keeps. Only for what [`problems_of`] has nothing against.
pub(super) async fn save(
    accounts: &dyn Accounts,
    passwords: &Passwords,
    new: NewAccount,
) -> Result<Account, NewAccountError> {
    let hash = passwords.hash(Zeroizing::new(new.password)).await.map_err(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "a password was not hashed");
        NewAccountError::Busy
    })?;
    let account = Account {
        id: UserId(format!("user_{}", ClientRef::generate().0.simple())),
        email: new.email.trim().to_owned(),
        name: new.name.trim().to_owned(),
        password_hash: hash,
        created_at: Timestamp::now(),
    };
    match accounts.add_account(&account).await {
        Ok(()) => Ok(account),
        Err(MetadataError::EmailTaken) => Err(NewAccountError::EmailTaken),
        Err(error) => Err(NewAccountError::Unavailable(error)),
    }
}

/// Plausible, not proven: no mail is sent to it.
fn is_email(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"".contains(c);
    let Some((local, domain)) = text.split_once('@') else { return false };
    text.len() <= EMAIL_MAX_BYTES
        && !local.is_empty()
        && !domain.is_empty()
        && !domain.contains('@')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_cannot_be_are_refused() {
        for text in ["a@b", "first.last+tag@example.org", "ü@müller.example"] {
            assert!(is_email(text), "{text}");
        }
        for text in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@.b", "a@b.", "<a@b>"] {
            assert!(!is_email(text), "{text}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let new = NewAccount { email: "no".to_owned(), name: "  ".to_owned(), password: "short".to_owned() };
        assert_eq!(problems_of(&new).len(), 3);
    }
}
