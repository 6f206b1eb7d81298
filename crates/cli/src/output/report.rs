//! Things as each is done or fails.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::{Form, Item, Outcome, json, say};
use crate::exit::Ending;

/// Answers with things as each is done or fails, in that order: nothing is kept of what was said.
pub(crate) struct Report {
    form: Form,
    said: Mutex<Said>,
}

#[derive(Clone, Copy, Default)]
struct Said {
    ending: Ending,
    done: u64,
    failed: u64,
}

/// A line of [`Form::Events`].
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event<T> {
    /// One thing is done, or has failed.
    Item(T),
    /// Everything is over.
    End { done: u64, failed: u64 },
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
            (Form::Words, Outcome::Error(failure)) => eprintln!("{}: {failure}", item.given),
        }
    }

    /// Ends the answer; for people, says how many of several were `done` and how many were not.
    pub(crate) fn end(&self, done: &str) -> Ending {
        let said = *self.said.lock().unwrap_or_else(PoisonError::into_inner);
        match self.form {
            Form::Events => {
                say(&json(self.form, &Event::<()>::End { done: said.done, failed: said.failed }));
            }
            Form::Document if said.done + said.failed == 0 => say("[]"),
            Form::Document => say("]"),
            Form::Words if said.done + said.failed > 1 && said.failed > 0 => {
                eprintln!("{} {done}, {} failed.", said.done, said.failed);
            }
            Form::Words => {}
        }
        said.ending
    }
}
