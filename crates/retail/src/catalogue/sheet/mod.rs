//! Products as rows of a spreadsheet, and what changed rows do to them (EC-12).
//!
//! A row is a variant. What its product has is said on any of the product's rows, or on several that agree. A cell
//! that is empty, or says what is there, changes nothing and is not judged; [`CLEAR`] takes away what is there. So
//! what [`rows`] wrote changes nothing when it is read again, whatever a spreadsheet did to line ends and blanks.
//!
//! No file is known here: cells are texts, as people see them.

mod cell;
mod change;
mod code;
mod column;
mod finding;
pub mod number;
mod product;
mod reading;
#[cfg(test)]
mod tests;
mod variant;
mod write;

use std::collections::BTreeMap;

use super::Product;
use crate::ConnectionId;

pub use cell::{CLEAR, Cell, guard};
pub use change::{Change, Changed, RowSaid, change};
pub use column::{Column, Header, HeaderError};
pub use finding::{Fault, Finding, Problem};
pub use number::Mark;
pub use reading::Terms;
pub use write::{columns, rows};

/// A product, and where it is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub product: Product,
    /// Counts what was said of it; 0: it is new.
    pub revision: i64,
    pub in_store: bool,
    /// Where somebody decided.
    pub online: BTreeMap<ConnectionId, bool>,
}
