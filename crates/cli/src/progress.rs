//! How far a command is: a bar on a terminal, events for scripts, nothing elsewhere.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use notespot_protocol::ByteCount;
use serde::Serialize;

use crate::output::{self, Form};

/// Between two events.
const TELL_INTERVAL: Duration = Duration::from_millis(500);

/// One count over all files of a command.
#[derive(Clone)]
pub(crate) struct Progress {
    form: Form,
    bar: ProgressBar,
}

/// A line of [`Form::Events`].
#[derive(Serialize)]
#[serde(tag = "event", rename = "progress")]
struct Event {
    /// Bytes that have moved.
    done: u64,
    /// Bytes that are to move, as far as is known yet.
    total: u64,
    bytes_per_second: u64,
    seconds_left: u64,
}

impl Progress {
    /// A count over nothing yet; a bar where somebody watches.
    pub(crate) fn new(form: Form) -> Self {
        let shown = form == Form::Words && std::io::stderr().is_terminal();
        // A hidden bar counts all the same.
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let template =
            "{bar:32} {decimal_bytes} of {decimal_total_bytes} · {decimal_bytes_per_sec} · {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━━─"));
        }
        Self { form, bar }
    }

    /// There are that many more bytes to move.
    pub(crate) fn expect(&self, bytes: ByteCount) {
        self.bar.inc_length(bytes.get());
    }

    /// Says something above the bar.
    pub(crate) fn above(&self, say: impl FnOnce()) {
        self.bar.suspend(say);
    }

    /// For one file: takes how many of its bytes have arrived, which may fall when it begins anew.
    pub(crate) fn of_file(&self) -> impl Fn(ByteCount) + Send + Sync + 'static {
        let bar = self.bar.clone();
        let before = AtomicU64::new(0);
        move |done| {
            let before = before.swap(done.get(), Ordering::Relaxed);
            if done.get() >= before {
                bar.inc(done.get() - before);
            } else {
                bar.dec(before - done.get());
            }
        }
    }

    /// Does the work; scripts hear twice a second how far it is.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        if self.form != Form::Events {
            return work.await;
        }
        tokio::select! {
            done = work => done,
            () = self.tell() => unreachable!("telling does not end"),
        }
    }

    async fn tell(&self) {
        let mut interval = tokio::time::interval(TELL_INTERVAL);
        loop {
            interval.tick().await;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a speed, for people"
            )]
            let bytes_per_second = self.bar.per_sec() as u64;
            let event = Event {
                done: self.bar.position(),
                total: self.bar.length().unwrap_or_default(),
                bytes_per_second,
                seconds_left: self.bar.eta().as_secs(),
            };
            if let Ok(line) = serde_json::to_string(&event) {
                output::say(&line);
            }
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
