//! What keeps one shop's troubles its own: how often it is asked, how long it is left
//! alone, and how much it may send.

mod breaker;
mod budget;
mod dice;
mod gate;
mod quota;
mod shares;

pub(crate) use breaker::{Breaker, Setback};
pub(crate) use budget::{Budget, Rate};
pub(crate) use dice::Dice;
pub(crate) use gate::{Gate, Gates};
pub(crate) use quota::{PER_SECOND, Quotas};
pub(crate) use shares::{Loan, Shares};
