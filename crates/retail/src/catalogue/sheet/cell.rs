//! What stands in a cell.

use std::borrow::Cow;

/// Takes away what is there: an empty cell says nothing.
pub const CLEAR: &str = "[clear]";

/// Before a text that a spreadsheet would take for a formula. Taken off when the text is read.
const GUARD: char = '\'';

/// What a cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing: what is there stays.
    Unsaid,
    /// There is to be nothing.
    Clear,
    Said(Cow<'a, str>),
}

impl<'a> Cell<'a> {
    /// As it stands in the sheet. Blanks around it and the kind of line ends are the spreadsheet's.
    #[must_use]
    pub fn read(text: &'a str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Unsaid;
        }
        if text.eq_ignore_ascii_case(CLEAR) {
            return Self::Clear;
        }
        let bare = text
            .strip_prefix(GUARD)
            .filter(|bare| needs_guard(bare))
            .unwrap_or(text);
        Self::Said(with_plain_ends(bare))
    }
}

/// The text as it is written into a sheet: no spreadsheet takes it for a formula, and [`Cell::read`] reads it back.
#[must_use]
pub fn guard(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if needs_guard(text) {
        return Cow::Owned(format!("{GUARD}{text}"));
    }
    Cow::Borrowed(text)
}

/// As [`Cell::read`] gives a text back that was written.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    with_plain_ends(text.trim())
}

fn needs_guard(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', GUARD]) || text.eq_ignore_ascii_case(CLEAR)
}

/// Spreadsheets write other line ends than they were given.
fn with_plain_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        return Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(text: &str) -> Cell<'_> {
        Cell::Said(text.into())
    }

    #[test]
    fn a_cell_says_something_or_nothing_or_that_there_is_nothing() {
        assert_eq!(Cell::read(" \t\u{a0}"), Cell::Unsaid);
        assert_eq!(Cell::read(" [Clear] "), Cell::Clear);
        assert_eq!(Cell::read("'[clear]"), said("[clear]"));
        assert_eq!(Cell::read("a\r\nb\rc"), said("a\nb\nc"));
        assert_eq!(Cell::read("'tis"), said("'tis"));
    }

    #[test]
    fn what_looks_like_a_formula_is_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''"] {
            let written = guard(formula);
            assert!(written.starts_with('\''), "{formula}");
            assert_eq!(Cell::read(&written), said(formula), "{formula}");
        }
    }

    proptest! {
        /// Nothing that is written begins as a formula does, and all of it is read back.
        #[test]
        fn what_is_written_is_read_back(text in "[=+@'\\[a-z\\] \r\n\t-]{0,12}|\\PC{0,12}") {
            let written = guard(&text);
            prop_assert!(!written.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
            let expected = plain(&text);
            let expected = if expected.is_empty() { Cell::Unsaid } else { Cell::Said(expected) };
            prop_assert_eq!(Cell::read(&written), expected);
        }
    }
}
