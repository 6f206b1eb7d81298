//! A progress bar on a terminal; nothing elsewhere.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use notespot_protocol::ByteCount;

use crate::output::Form;

/// One bar over all files of a command.
#[derive(Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar over nothing yet; hidden in scripts and where nobody watches.
    pub(crate) fn new(form: Form) -> Self {
        if form == Form::Json || !std::io::stderr().is_terminal() {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::new(0);
        let template =
            "{bar:32} {decimal_bytes} of {decimal_total_bytes} · {decimal_bytes_per_sec} · {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━━─"));
        }
        Self { bar }
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

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
