//! What a command says: words for people, JSON for scripts.

use std::sync::{Mutex, PoisonError};

use notespot_app::AppError;
use notespot_protocol::Failure;
use serde::Serialize;

use crate::exit::Ending;

/// How to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Words,
    Json,
}

/// What became of one of several things, in JSON: what it is about, then the result or the error.
#[derive(Serialize)]
pub(crate) struct Item<T: Serialize> {
    /// As it was named on the command line.
    pub(crate) given: String,
    #[serde(flatten)]
    pub(crate) outcome: Outcome<T>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome<T: Serialize> {
    Error(Failure),
    #[serde(untagged)]
    Done(T),
}

impl<T: Serialize> Item<T> {
    pub(crate) fn new(given: impl Into<String>, result: Result<T, AppError>) -> Self {
        let outcome = result.map_or_else(|error| Outcome::Error(error.into()), Outcome::Done);
        Self { given: given.into(), outcome }
    }
}

/// Answers with one thing; `words` is what people read.
pub(crate) fn one<T: Serialize>(
    form: Form,
    result: Result<T, AppError>,
    words: impl FnOnce(&T) -> String,
) -> Ending {
    match (form, result) {
        (Form::Json, result) => {
            let (ending, outcome) = match result {
                Ok(value) => (Ending::Done, Outcome::Done(value)),
                Err(error) => (Ending::of(error.code()), Outcome::Error(error.into())),
            };
            print_json(&outcome);
            ending
        }
        (Form::Words, Ok(value)) => {
            println!("{}", words(&value));
            Ending::Done
        }
        (Form::Words, Err(error)) => {
            eprintln!("{error}");
            Ending::of(error.code())
        }
    }
}

/// Answers with several things, each done or failed alone. `words` gives the line of one that is
/// done; what failed is named with its reason on standard error.
pub(crate) fn several<T: Serialize>(form: Form, items: &[Item<T>], words: impl Fn(&T) -> String) -> Ending {
    let mut ending = Ending::Done;
    for Item { given, outcome } in items {
        match outcome {
            Outcome::Done(value) if form == Form::Words => println!("{}", words(value)),
            Outcome::Done(_) => {}
            Outcome::Error(failure) => {
                ending = ending.max(Ending::of(failure.code));
                if form == Form::Words {
                    eprintln!("{given}: {failure}");
                }
            }
        }
    }
    if form == Form::Json {
        print_json(&items);
    }
    ending
}

/// Answers with things as each is done or fails, in that order: nothing is kept of what was said.
pub(crate) struct Report {
    form: Form,
    said: Mutex<Said>,
}

#[derive(Default)]
struct Said {
    ending: Ending,
    done: u64,
    failed: u64,
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
            (Form::Json, _) => {
                print!("{}", if is_first { "[\n" } else { ",\n" });
                print_json(item);
            }
            (Form::Words, Outcome::Done(value)) => println!("{}", words(value)),
            (Form::Words, Outcome::Error(failure)) => eprintln!("{}: {failure}", item.given),
        }
    }

    /// Ends the array; for people, says how many of several were `done` and how many were not.
    pub(crate) fn end(self, done: &str) -> Ending {
        let said = self.said.into_inner().unwrap_or_else(PoisonError::into_inner);
        match self.form {
            Form::Json if said.done + said.failed == 0 => println!("[]"),
            Form::Json => println!("]"),
            Form::Words if said.done + said.failed > 1 && said.failed > 0 => {
                eprintln!("{} {done}, {} failed.", said.done, said.failed);
            }
            Form::Words => {}
        }
        said.ending
    }
}

/// Answers with an error that stopped everything.
pub(crate) fn stopped(form: Form, error: AppError) -> Ending {
    one::<()>(form, Err(error), |()| String::new())
}

fn print_json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => println!("{text}"),
        Err(error) => eprintln!("The answer could not be written as JSON: {error}."),
    }
}
