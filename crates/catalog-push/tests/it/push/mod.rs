//! Shops are told: against a model of a shop that compares, remembers keys, sells by itself and loses answers.

mod answers;
mod crash;
pub mod lender;
mod listings;
mod shop;
mod stock;
mod storm;
mod trouble;
