//! Users as Clerk describes them, and what it tells of them.

use notespot_metadata::users::Profile;
use notespot_protocol::{Timestamp, UserId};
use serde::Deserialize;
use serde_json::Value;

use crate::identity::Described;
use crate::identity::names::display_name;

/// A user of Clerk's: of its fields, those that make a profile.
#[derive(Debug, Deserialize)]
pub(crate) struct ClerkUser {
    pub(crate) id: UserId,
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    primary_email_address_id: Option<String>,
    #[serde(default)]
    email_addresses: Vec<EmailAddress>,
    /// In milliseconds since 1970.
    #[serde(default)]
    updated_at: i64,
    /// All sessions are revoked, and nobody signs in. Not so `locked`, which is not looked at: sign-ins fail for an
    /// hour because somebody tried too many passwords, whoever that was, and who is signed in stays so.
    #[serde(default)]
    banned: bool,
}

#[derive(Debug, Deserialize)]
struct EmailAddress {
    id: String,
    email_address: String,
}

/// What a webhook tells.
#[derive(Debug)]
pub(crate) enum Event {
    /// The user's profile, as it is now.
    UserUpdated(ClerkUser),
    /// The user is gone.
    UserDeleted(UserId),
    /// Something that this server does nothing about.
    Other,
}

impl ClerkUser {
    /// All of it that is of use here.
    pub(crate) fn described(&self) -> Described {
        let as_of = Timestamp::from_millis(self.updated_at);
        Described { profile: self.profile(), as_of, is_banned: Some(self.banned) }
    }

    /// First and last name, or else the user name, or else the e-mail address; the primary e-mail address.
    fn profile(&self) -> Profile {
        let primary = self.primary_email_address_id.as_deref();
        let address = self.email_addresses.iter().find(|address| Some(address.id.as_str()) == primary);
        let email = address.map(|address| address.email_address.clone());
        let names = [self.first_name.as_deref(), self.last_name.as_deref()];
        let full = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let name = display_name([Some(full.as_str()), self.username.as_deref(), email.as_deref()]);
        Profile { id: self.id.clone(), name: name.unwrap_or_default(), email }
    }
}

impl Event {
    /// Reads the body of a webhook whose signature was found right.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Envelope {
            #[serde(rename = "type")]
            kind: String,
            data: Value,
        }
        #[derive(Deserialize)]
        struct Deleted {
            id: UserId,
        }
        // As a map first: serde takes a struct from a list too.
        let event: serde_json::Map<String, Value> = serde_json::from_slice(body)?;
        let Envelope { kind, data } = serde_json::from_value(event.into())?;
        match kind.as_str() {
            "user.updated" => serde_json::from_value(data).map(Self::UserUpdated),
            "user.deleted" => serde_json::from_value(data).map(|Deleted { id }| Self::UserDeleted(id)),
            _ => Ok(Self::Other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn profile(user: Value) -> (String, Option<String>) {
        let profile = serde_json::from_value::<ClerkUser>(user).unwrap().profile();
        (profile.name, profile.email)
    }

    #[test]
    fn a_user_is_called_by_what_there_is() {
        let addresses = json!([{"id": "idn_1", "email_address": "old@example.org"},
            {"id": "idn_2", "email_address": "ada@example.org"}]);
        let user = |first: Value, username: Value, primary: Value| {
            profile(json!({"id": "user_1", "first_name": first, "last_name": null, "username": username,
                "primary_email_address_id": primary, "email_addresses": addresses}))
        };
        let email = Some("ada@example.org".to_owned());
        assert_eq!(user("Ada".into(), "ada".into(), "idn_2".into()), ("Ada".into(), email.clone()));
        assert_eq!(user("  ".into(), "ada".into(), "idn_2".into()), ("ada".into(), email.clone()));
        assert_eq!(user(Value::Null, Value::Null, "idn_2".into()), ("ada@example.org".into(), email));
        assert_eq!(user(Value::Null, Value::Null, Value::Null), (String::new(), None));
    }

    #[test]
    fn what_is_not_known_is_something_else_and_what_is_broken_is_an_error() {
        let parse = |text: &str| Event::parse(text.as_bytes());
        assert!(matches!(parse(r#"{"type":"session.created","data":7}"#), Ok(Event::Other)));
        assert!(matches!(parse(r#"{"type":"user.deleted","data":{"id":"u"}}"#), Ok(Event::UserDeleted(_))));
        for broken in [
            "",
            "{}",
            r#"["session.created",7]"#,
            r#"{"type":"user.deleted","data":{}}"#,
            r#"{"type":"user.updated","data":[]}"#,
        ] {
            assert!(parse(broken).is_err(), "{broken}");
        }
    }
}
