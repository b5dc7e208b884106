//! What the demo shows: a retailer with two stores, each with a web shop, and what real shops once
//! sent, delivered as they sent it.

mod captures;
mod delivery;
mod drifting;
mod market;
mod outcome;
mod percentile;
mod retailer;
mod round;
mod show;
mod telling;

pub(crate) use market::{Market, SETTINGS, ShopTraded, Traded};
pub(crate) use outcome::{Books, Outcome, Timings};
pub(crate) use percentile::percentile;
pub(crate) use retailer::{RETAILER, seed};
pub(crate) use round::{Round, Sender};
pub(crate) use show::show;
pub(crate) use telling::{ShopTold, Telling};
