//! Cells of one product's rows, with what is found wrong in them.

use std::borrow::Cow;

use super::finding::{Finding, Problem};
use super::number::{self, Mark};
use super::{Cell, Column, Header, RowSaid};

/// How a sheet is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub mark: Mark,
    /// What changed since the sheet was written is overwritten.
    pub overwrite_newer: bool,
}

/// Collects what is wrong.
pub(super) struct Reading<'a> {
    pub(super) header: &'a Header,
    pub(super) terms: Terms,
    pub(super) findings: Vec<Finding>,
}

/// A cell that says something else than what is there.
#[derive(Clone, Debug)]
pub(super) enum New<'a> {
    Clear,
    Text(Cow<'a, str>),
}

/// Where it says so.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) row: u32,
    pub(super) column: Column,
}

impl<'a> Reading<'a> {
    pub(super) fn wrong(&mut self, at: At, problem: impl Into<Problem>) {
        self.findings.push(Finding {
            row: at.row,
            column: self.header.place(at.column),
            problem: problem.into(),
        });
    }

    /// What a cell says that is not there: what is there is not judged.
    pub(super) fn new_in(
        &mut self,
        row: &RowSaid<'a>,
        column: Column,
        was: Option<&str>,
    ) -> Option<(At, New<'a>)> {
        let place = self.header.place(column)?;
        let at = At {
            row: row.number,
            column,
        };
        let fault = row.faults.iter().find(|(fault, _)| *fault == place);
        if let Some((_, fault)) = fault {
            self.wrong(at, *fault);
            return None;
        }
        let new = match Cell::read(row.cells.get(place)?) {
            Cell::Unsaid => return None,
            Cell::Clear => New::Clear,
            Cell::Said(text) => New::Text(text),
        };
        let is_there = match &new {
            New::Clear => was.is_none_or(str::is_empty),
            New::Text(text) => was == Some(text),
        };
        (!is_there).then_some((at, new))
    }

    /// The same of a product, whose rows must agree.
    pub(super) fn new_of_product(
        &mut self,
        rows: &[RowSaid<'a>],
        column: Column,
        was: Option<&str>,
    ) -> Option<(At, New<'a>)> {
        let mut found: Option<(At, New<'a>)> = None;
        for row in rows {
            let Some((at, new)) = self.new_in(row, column, was) else {
                continue;
            };
            match &found {
                None => found = Some((at, new)),
                Some((_, before)) if before.is(&new) => {}
                Some((first, _)) => {
                    let first = first.row;
                    self.wrong(at, Problem::Differs(first));
                }
            }
        }
        found
    }

    /// A text, where the cell holds one that can be.
    pub(super) fn text(&mut self, at: At, new: New<'_>, limit: usize) -> Option<Box<str>> {
        let text = match new {
            New::Clear => return Some("".into()),
            New::Text(text) => text,
        };
        if text.len() > limit {
            let length = text.len();
            self.wrong(at, Problem::TooLong { length, limit });
            return None;
        }
        Some(text.as_ref().into())
    }

    /// The same of what must be something.
    pub(super) fn needed_text(&mut self, at: At, new: New<'_>, limit: usize) -> Option<Box<str>> {
        let text = self.uncleared(at, new)?;
        self.text(at, New::Text(text), limit)
    }

    pub(super) fn yes_or_no(&mut self, at: At, new: New<'_>) -> Option<bool> {
        let text = self.uncleared(at, new)?;
        match text.to_lowercase().as_str() {
            "yes" | "true" | "on" | "1" => Some(true),
            "no" | "false" | "off" | "0" => Some(false),
            _ => {
                self.wrong(at, Problem::NotYesOrNo);
                None
            }
        }
    }

    pub(super) fn number(&mut self, at: At, text: &str, decimals: u32) -> Option<i64> {
        match number::read(text, decimals, self.terms.mark) {
            Ok(number) => Some(number),
            Err(error) => {
                self.wrong(at, error);
                None
            }
        }
    }

    /// A number from 0 to `limit`.
    pub(super) fn size(&mut self, at: At, text: &str, decimals: u32, limit: u64) -> Option<u64> {
        let number = self.number(at, text, decimals)?;
        let Ok(number) = u64::try_from(number) else {
            self.wrong(at, Problem::BelowZero);
            return None;
        };
        if number > limit {
            self.wrong(at, number::NumberError::TooLarge);
            return None;
        }
        Some(number)
    }

    /// The text of what cannot be nothing.
    pub(super) fn uncleared<'b>(&mut self, at: At, new: New<'b>) -> Option<Cow<'b, str>> {
        match new {
            New::Text(text) => Some(text),
            New::Clear => {
                self.wrong(at, Problem::CannotClear);
                None
            }
        }
    }
}

impl New<'_> {
    fn is(&self, other: &New<'_>) -> bool {
        match (self, other) {
            (New::Clear, New::Clear) => true,
            (New::Text(one), New::Text(other)) => one == other,
            (New::Clear, New::Text(_)) | (New::Text(_), New::Clear) => false,
        }
    }
}
