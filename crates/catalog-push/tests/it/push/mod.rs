//! Shops are told: against a model of a shop that compares, remembers keys, sells by itself and loses answers.

mod answers;
mod claims;
mod crash;
mod drift;
pub mod lender;
mod links;
mod listings;
mod repairs;
mod shop;
mod stock;
mod storm;
mod trouble;
mod words;
