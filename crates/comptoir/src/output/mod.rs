//! How things are shown: tables and short texts for people, one JSON document for machines.

mod screen;
mod table;
mod words;

pub(crate) use screen::Screen;
pub(crate) use table::{Align, Table};
pub(crate) use words::{bytes, count, duration, quantity_signed};
