//! Telling a simulated shop of products and stock, over HTTP.

mod availability;
mod change;
mod create;
mod find;
mod floor;
mod images;
mod limits;
mod options;
mod stock;
mod variants;
mod world;
