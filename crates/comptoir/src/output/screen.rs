//! Where texts and JSON go.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// Standard output, spoken to as a person or as a machine asked for.
///
/// A reader that goes away (`comptoir sales list | head`) is no error: what it did not want to
/// read is not written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    json: bool,
    colour: bool,
}

impl Screen {
    /// Colour only on a terminal, and not where `NO_COLOR` is set.
    pub(crate) fn new(json: bool) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            json,
            colour: wanted && io::stdout().is_terminal(),
        }
    }

    /// Whether `--json` was given: then [`Self::json`] alone is called, once.
    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    pub(crate) fn line(self, text: impl Display) {
        if !self.json {
            let _ = writeln!(io::stdout().lock(), "{text}");
        }
    }

    /// A blank line and a title.
    pub(crate) fn title(self, text: impl Display) {
        self.line(format_args!("\n{}", self.paint(BOLD, text)));
    }

    /// The one document of `--json`.
    pub(crate) fn json(self, value: &impl Serialize) -> anyhow::Result<()> {
        debug_assert!(self.json, "a document goes to who asked for it");
        let text = serde_json::to_string_pretty(value)?;
        let _ = writeln!(io::stdout().lock(), "{text}");
        Ok(())
    }

    pub(crate) fn good(self, text: impl Display) -> String {
        self.paint(GREEN, text)
    }

    pub(crate) fn bad(self, text: impl Display) -> String {
        self.paint(RED, text)
    }

    pub(crate) fn dim(self, text: impl Display) -> String {
        self.paint(DIM, text)
    }

    fn paint(self, style: &str, text: impl Display) -> String {
        if self.colour {
            format!("{style}{text}{PLAIN}")
        } else {
            text.to_string()
        }
    }

    /// A bar for `length` things, on standard error; hidden where that is no terminal.
    pub(crate) fn bar(self, length: u64, what: &'static str) -> ProgressBar {
        let style = ProgressStyle::with_template("  {msg:<34} {bar:28} {pos:>5}/{len} {per_sec}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        self.progress(ProgressBar::new(length).with_style(style))
            .with_message(what)
    }

    /// A spinner for work of unknown length.
    pub(crate) fn spinner(self) -> ProgressBar {
        let bar = self.progress(ProgressBar::new_spinner());
        bar.enable_steady_tick(TICK);
        bar
    }

    fn progress(self, bar: ProgressBar) -> ProgressBar {
        if self.json {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        bar
    }
}
