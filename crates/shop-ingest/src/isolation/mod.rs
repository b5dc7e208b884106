//! What keeps one shop's troubles its own: how often it is asked, and how long it is left alone.

mod breaker;
mod budget;
mod dice;
mod gate;

pub(crate) use breaker::{Breaker, Setback};
pub(crate) use budget::Budget;
pub(crate) use dice::Dice;
pub(crate) use gate::{Gate, Gates};
