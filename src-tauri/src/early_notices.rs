//! Notices of the time before the window listens: a damaged library that was moved aside, a link that
//! the program was started with. Events are not kept by anybody, and these are said only once.

use std::sync::{Mutex, PoisonError};

use notespot_protocol::window::AppEvent;

/// More than a start can give reason for; what is beyond is in the log alone.
const MOST: usize = 16;

/// Holds notices until the window listens. Memory: at most 16 notices.
pub(crate) struct EarlyNotices(Mutex<Option<Vec<AppEvent>>>);

impl EarlyNotices {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }

    /// Keeps the event if it is a notice that nobody hears yet; gives back what is to be sent on.
    pub(crate) fn hold(&self, event: AppEvent) -> Option<AppEvent> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match held.as_mut() {
            Some(held) if matches!(event, AppEvent::Notice { .. }) => {
                if held.len() < MOST {
                    held.push(event);
                }
                None
            }
            _ => Some(event),
        }
    }

    /// From now on the window hears for itself; what was kept for it until now.
    pub(crate) fn release(&self) -> Vec<AppEvent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }
}
