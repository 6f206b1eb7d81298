//! Things as each is done or fails.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::{Form, Item, Outcome, json, say, warn};
use crate::exit::Ending;

/// Answers with things as each is done or fails, in that order: nothing is kept of what was said.
pub(crate) struct Report {
    form: Form,
    said: Mutex<Said>,
}

#[derive(Clone, Default)]
struct Said {
    ending: Ending,
    done: u64,
    failed: u64,
    /// What failed, by its reason.
    reasons: BTreeMap<String, Failed>,
}

/// Things that failed for one reason.
#[derive(Clone, Default)]
struct Failed {
    count: u64,
    /// The first of them.
    names: Vec<String>,
}

/// How many are named for each reason: the rest was said when it failed.
const NAMED_MAX: usize = 3;

/// A line of [`Form::Events`].
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event<T> {
    /// One thing is done, or has failed.
    Item(T),
    /// Everything is over.
    End { done: u64, failed: u64 },
    /// Something failed, and this machine's clock is not the server's.
    Clock { server_ahead_seconds: i64 },
}

/// An event of its own, behind the last one.
pub(crate) fn clock(server_ahead_seconds: i64) {
    say(&json(Form::Events, &Event::<()>::Clock { server_ahead_seconds }));
}

impl Report {
    pub(crate) fn begin(form: Form) -> Self {
        Self { form, said: Mutex::default() }
    }

    /// One more; `words` gives the line of one that is done. What failed is named with its reason on
    /// standard error.
    pub(crate) fn add<T: Serialize>(&self, item: &Item<T>, words: impl FnOnce(&T) -> String) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = said.done + said.failed == 0;
        match &item.outcome {
            Outcome::Done(_) => said.done += 1,
            Outcome::Error(failure) => {
                said.failed += 1;
                let reason = said.reasons.entry(failure.code.to_string()).or_default();
                reason.count += 1;
                if reason.names.len() < NAMED_MAX {
                    reason.names.push(item.given.clone());
                }
                said.ending = said.ending.max(Ending::of(failure.code));
            }
        }
        match (self.form, &item.outcome) {
            (Form::Events, _) => say(&json(self.form, &Event::Item(item))),
            (Form::Document, _) => {
                let begin = if is_first { "[" } else { "," };
                say(&format!("{begin}\n{}", json(self.form, item)));
            }
            (Form::Words, Outcome::Done(value)) => say(&words(value)),
            (Form::Words, Outcome::Error(failure)) => warn(&format!("{}: {failure}", item.given)),
        }
    }

    /// Ends the answer; for people, says how many of several were `done`, how many were not, and why.
    pub(crate) fn end(&self, done: &str) -> Ending {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match self.form {
            Form::Events => {
                say(&json(self.form, &Event::<()>::End { done: said.done, failed: said.failed }));
            }
            Form::Document if said.done + said.failed == 0 => say("[]"),
            Form::Document => say("]"),
            Form::Words if said.done + said.failed > 1 && said.failed > 0 => {
                warn(&format!("{} {done}, {} failed:", said.done, said.failed));
                for (reason, Failed { count, names }) in &said.reasons {
                    let more = if *count > names.len() as u64 { ", …" } else { "" };
                    warn(&format!("  {count} × {reason}: {}{more}", names.join(", ")));
                }
            }
            Form::Words => {}
        }
        said.ending
    }
}
