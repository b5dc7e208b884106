//! One file for each command. A command shows what it found and returns how the process ends.

mod connections;
mod demo;
mod doctor;
mod fulfilment;
mod held;
mod import;
mod parked;
mod payments;
mod place;
mod registers;
mod reports;
mod sales;
mod service;
mod signal;
mod status;
mod stock;
mod stock_work;
mod up;
mod verify;

pub(crate) use connections::{connections, gaps};
pub(crate) use demo::demo;
pub(crate) use doctor::doctor;
pub(crate) use fulfilment::fulfilment;
pub(crate) use held::held;
pub(crate) use import::import;
pub(crate) use parked::parked;
pub(crate) use payments::payments;
pub(crate) use place::Place;
pub(crate) use registers::registers;
pub(crate) use reports::reports;
pub(crate) use sales::{sales_list, sales_reserved, sales_show};
pub(crate) use service::service;
pub(crate) use status::status;
pub(crate) use stock_work::stock;
pub(crate) use up::up;
pub(crate) use verify::verify;
