//! Asking a store: for one order and everything that belongs to it, for which orders there are, for who
//! it is, and for its webhooks.

mod answer;
mod api;
mod document;
mod fetch;
mod hooks;
mod identity;
mod list;
mod parts;
mod quota;

pub(crate) use answer::{is_missing, odd_missing, unreadable};
pub(crate) use api::{Api, Exchange};
pub(crate) use fetch::fetch;
pub(crate) use hooks::{ensure_hooks, remove_hooks};
pub(crate) use identity::identity;
pub(crate) use list::list;
pub(crate) use quota::allowance;

/// The most rows that a page has.
const PAGE_ROWS: usize = 250;
pub(crate) const PAGE_ROWS_TEXT: &str = "250";
