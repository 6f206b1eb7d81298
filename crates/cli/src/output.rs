//! What a command says: words for people, JSON for scripts.

mod report;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use notespot_app::AppError;
use notespot_protocol::Failure;
use serde::Serialize;

pub(crate) use self::report::{Report, clock};
use crate::exit::Ending;

/// How to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people.
    Words,
    /// One object or one array.
    Document,
    /// An object a line, as things happen.
    Events,
}

/// The forms of JSON that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Json {
    /// One object or one array
    Document,
    /// An object a line, as things happen
    Events,
}

impl Form {
    pub(crate) fn of(json: Option<Json>) -> Self {
        match json {
            None => Self::Words,
            Some(Json::Document) => Self::Document,
            Some(Json::Events) => Self::Events,
        }
    }
}

/// What became of one of several things, in JSON: what it is about, then the result or the error.
#[derive(Serialize)]
pub(crate) struct Item<T: Serialize> {
    /// As it was named on the command line, or found below it.
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
        (Form::Words, Ok(value)) => {
            say(&words(&value));
            Ending::Done
        }
        (Form::Words, Err(error)) => {
            warn(&error.to_string());
            Ending::of(error.code())
        }
        (form, result) => {
            let (ending, outcome) = match result {
                Ok(value) => (Ending::Done, Outcome::Done(value)),
                Err(error) => (Ending::of(error.code()), Outcome::Error(error.into())),
            };
            say_json(form, &outcome);
            ending
        }
    }
}

/// Answers with several things, each done or failed alone. `words` gives the line of one that is
/// done; what failed is named with its reason on standard error.
pub(crate) fn several<T: Serialize>(form: Form, items: &[Item<T>], words: impl Fn(&T) -> String) -> Ending {
    let mut ending = Ending::Done;
    for Item { given, outcome } in items {
        match outcome {
            Outcome::Done(value) if form == Form::Words => say(&words(value)),
            Outcome::Done(_) => {}
            Outcome::Error(failure) => {
                ending = ending.max(Ending::of(failure.code));
                if form == Form::Words {
                    warn(&format!("{given}: {failure}"));
                }
            }
        }
    }
    if form != Form::Words {
        say_json(form, &items);
    }
    ending
}

/// Answers with an error that stopped everything.
pub(crate) fn stopped(form: Form, error: AppError) -> Ending {
    one::<()>(form, Err(error), |()| String::new())
}

/// Whether something could not be said any more.
static CUT_OFF: AtomicBool = AtomicBool::new(false);
/// Whether whoever read standard output has gone.
static UNHEARD: AtomicBool = AtomicBool::new(false);
/// What a program ends with that nobody reads any more: 128 and the number of SIGPIPE.
const UNHEARD_CODE: u8 = 141;

/// Says a line on standard output. Whoever read it may have gone, and the disk behind it may be full:
/// then the work goes on, and the command ends as failed.
pub(crate) fn say(line: &str) {
    let mut out = io::stdout().lock();
    let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush()) else { return };
    if error.kind() == io::ErrorKind::BrokenPipe {
        unheard();
    } else if !CUT_OFF.swap(true, Ordering::Relaxed) {
        warn(&format!("Standard output could not be written: {error}."));
    }
}

/// Whoever read standard output has gone, as `head` does when it has its lines.
pub(crate) fn unheard() {
    UNHEARD.store(true, Ordering::Relaxed);
}

/// Says a line on standard error. There is nobody to tell when that cannot be written.
pub(crate) fn warn(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// The exit code of a command whose words were all heard, else that of a failure.
pub(crate) fn heard(ending: Ending) -> ExitCode {
    match ending {
        Ending::Done if UNHEARD.load(Ordering::Relaxed) => ExitCode::from(UNHEARD_CODE),
        Ending::Done if CUT_OFF.load(Ordering::Relaxed) => Ending::Failed.into(),
        ending => ending.into(),
    }
}

fn say_json(form: Form, value: &impl Serialize) {
    say(&json(form, value));
}

fn json(form: Form, value: &impl Serialize) -> String {
    let text = match form {
        Form::Events => serde_json::to_string(value),
        Form::Words | Form::Document => serde_json::to_string_pretty(value),
    };
    text.unwrap_or_else(|error| {
        format!("{{\"error\": {{\"code\": \"internal\", \"message\": \"{error}\"}}}}")
    })
}
