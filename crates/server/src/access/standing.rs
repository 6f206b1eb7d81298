//! What the identity provider says of people whom this server knows: what they are called, and whether they are banned.

use notespot_metadata::MetadataError;

use crate::audit;
use crate::identity::Described;
use crate::problems::Answer;
use crate::state::Server;

/// Takes it into the person's record, unless something newer was taken before; whoever has no record gets none. A ban
/// counts from the next call on, on every server. Whether this is the beginning of one.
pub(crate) async fn take(server: &Server, described: &Described) -> Answer<bool> {
    let Described { profile, as_of, is_banned } = described;
    let mut is_new_ban = false;
    if let Some(is_banned) = *is_banned {
        // First: whatever comes of the name, who is banned is not let in.
        match server.metadata.set_banned(&profile.id, is_banned, *as_of).await {
            Ok(true) if is_banned => {
                audit::user_banned(&profile.id);
                is_new_ban = true;
            }
            Ok(true) => audit::user_let_in(&profile.id),
            Ok(false) | Err(MetadataError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // Nobody could say it.
    if profile.name.is_empty() && as_of.as_millis() == 0 {
        return Ok(is_new_ban);
    }
    match server.metadata.take_profile(profile, *as_of).await {
        Ok(_) | Err(MetadataError::NotFound) => Ok(is_new_ban),
        Err(error) => Err(error.into()),
    }
}
