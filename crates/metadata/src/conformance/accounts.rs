//! What the local identity provider keeps.

use std::time::Duration;

use notespot_protocol::{Sha256, Timestamp, UserId};

use crate::MetadataError;
use crate::accounts::{Account, Accounts, Code, Grant, REFRESH_TOKENS_KEPT, Rotated};

fn account(email: &str) -> Account {
    Account {
        id: UserId(format!("user of {email}")),
        email: email.to_owned(),
        name: "Ada".to_owned(),
        password_hash: "hash".to_owned(),
        created_at: Timestamp::now(),
    }
}

const fn hash(number: u8) -> Sha256 {
    Sha256::from_bytes([number; 32])
}

async fn code(store: &(impl Accounts + ?Sized)) -> Code {
    let account = account("ada@example.org");
    store.add_account(&account).await.unwrap();
    let grant = Grant {
        account: account.id,
        client_id: "client".to_owned(),
        scope: "openid".to_owned(),
        nonce: Some("nonce".to_owned()),
        authenticated_at: Timestamp::now(),
    };
    let expires_at = Timestamp::now().plus(Duration::from_mins(10));
    let code = Code { grant, redirect_uri: "x:y".to_owned(), challenge: "c".to_owned(), expires_at };
    store.add_code(hash(1), &code).await.unwrap();
    code
}

/// An address has one account, in whatever case it is written.
pub async fn an_address_has_one_account(store: &(impl Accounts + ?Sized)) {
    assert!(!store.any_account().await.unwrap());
    let ada = account("Ada@example.org");
    store.add_account(&ada).await.unwrap();
    let again = Account { id: UserId("other".to_owned()), ..account("ada@EXAMPLE.org") };
    assert!(matches!(store.add_account(&again).await, Err(MetadataError::EmailTaken)));
    assert_eq!(store.account_by_email("ADA@example.ORG").await.unwrap(), ada);
    assert_eq!(store.account(&ada.id).await.unwrap(), ada);
    assert!(store.any_account().await.unwrap());
}

/// A code works once, and not after its end; a replay revokes what it was given for.
pub async fn a_code_works_once_and_a_replay_revokes(store: &(impl Accounts + ?Sized)) {
    let code = code(store).await;
    let late = code.expires_at.plus(Duration::from_secs(1));
    assert!(matches!(store.take_code(hash(1), late).await, Err(MetadataError::NotFound)));
    assert_eq!(store.take_code(hash(1), Timestamp::now()).await.unwrap(), code);
    store.add_refresh_token(hash(2), hash(1), &code.grant).await.unwrap();
    assert!(matches!(store.take_code(hash(1), Timestamp::now()).await, Err(MetadataError::NotFound)));
    assert!(matches!(store.rotate_refresh_token(hash(2), hash(3)).await, Err(MetadataError::NotFound)));
}

/// Revoking a refresh token ends its family, and says whose it was, once.
pub async fn a_refresh_token_is_revoked_once_with_its_family(store: &(impl Accounts + ?Sized)) {
    let code = code(store).await;
    store.take_code(hash(1), Timestamp::now()).await.unwrap();
    store.add_refresh_token(hash(2), hash(1), &code.grant).await.unwrap();
    store.rotate_refresh_token(hash(2), hash(3)).await.unwrap();
    assert_eq!(store.revoke_refresh_token(hash(9)).await.unwrap(), None, "nobody's");
    assert_eq!(store.revoke_refresh_token(hash(2)).await.unwrap().as_ref(), Some(&code.grant.account));
    assert_eq!(store.revoke_refresh_token(hash(3)).await.unwrap(), None, "it was revoked with the other");
    assert!(matches!(store.rotate_refresh_token(hash(3), hash(4)).await, Err(MetadataError::NotFound)));
}

/// A refresh token that was replaced is forgotten after its time: then it is as good as made up, and ends nothing.
pub async fn a_refresh_token_that_was_replaced_is_forgotten(store: &(impl Accounts + ?Sized)) {
    let code = code(store).await;
    store.take_code(hash(1), Timestamp::now()).await.unwrap();
    store.add_refresh_token(hash(2), hash(1), &code.grant).await.unwrap();
    let next = Rotated::Next(code.grant.clone());
    assert_eq!(store.rotate_refresh_token(hash(2), hash(3)).await.unwrap(), next);
    store.sweep_codes(Timestamp::now().plus(2 * REFRESH_TOKENS_KEPT)).await.unwrap();
    assert!(matches!(store.rotate_refresh_token(hash(2), hash(4)).await, Err(MetadataError::NotFound)));
    assert_eq!(store.rotate_refresh_token(hash(3), hash(5)).await.unwrap(), next, "which did not end");
}

/// A refresh token works once; a replay revokes the whole family.
pub async fn a_refresh_token_works_once_and_a_replay_revokes_the_family(store: &(impl Accounts + ?Sized)) {
    let code = code(store).await;
    store.take_code(hash(1), Timestamp::now()).await.unwrap();
    store.add_refresh_token(hash(2), hash(1), &code.grant).await.unwrap();
    let next = Rotated::Next(code.grant.clone());
    assert_eq!(store.rotate_refresh_token(hash(2), hash(3)).await.unwrap(), next);
    assert_eq!(store.rotate_refresh_token(hash(3), hash(4)).await.unwrap(), next);
    assert_eq!(store.rotate_refresh_token(hash(3), hash(5)).await.unwrap(), Rotated::Replayed(code.grant));
    for revoked in [hash(3), hash(4)] {
        assert!(matches!(store.rotate_refresh_token(revoked, hash(6)).await, Err(MetadataError::NotFound)));
    }
}
