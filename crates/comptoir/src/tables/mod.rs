//! What commands show to people, made from views.

mod audit;
mod connections;
mod customers;
mod deliveries;
mod drift;
mod explanation;
mod fulfilment;
mod held;
mod import;
mod invoice;
mod kits;
mod levels;
mod levels_as_of;
mod links;
mod parked;
mod plan;
mod product;
mod push;
mod register;
mod report;
mod reservations;
mod sale;
mod sales;
mod sheet;
mod stock;
mod stock_take;
mod till;
mod token;
mod transfer;
mod verdict;

pub(crate) use audit::audit;
pub(crate) use connections::{catalogue, connection, connections, gaps, linked, parting};
pub(crate) use customers::{customers, person, privacy_requests};
pub(crate) use deliveries::deliveries;
pub(crate) use drift::{drifts, repaired};
pub(crate) use explanation::explanation;
pub(crate) use fulfilment::{fulfilment, fulfilment_lines, fulfilment_of};
pub(crate) use held::held;
pub(crate) use import::{import, imports, kept_orders, planned_levels};
pub(crate) use invoice::invoiced;
pub(crate) use kits::{kit, kits};
pub(crate) use levels::levels;
pub(crate) use levels_as_of::levels_as_of;
pub(crate) use links::{link_errors, links};
pub(crate) use parked::{parked, parked_entries};
pub(crate) use plan::{plan, plans};
pub(crate) use product::{bulk, channels, ownership, product, products};
pub(crate) use push::{listings, push_status, told};
pub(crate) use register::{payment_types, registers, session, sessions};
pub(crate) use report::report;
pub(crate) use reservations::reservations;
pub(crate) use sale::sale;
pub(crate) use sales::{next_page, sales};
pub(crate) use sheet::sheet;
pub(crate) use stock::{oversold, stock_entries, stock_entry};
pub(crate) use stock_take::{stock_take, stock_take_lines, stock_takes};
pub(crate) use till::till_lines;
pub(crate) use token::tokens;
pub(crate) use transfer::{transfer, transfers};
pub(crate) use verdict::verdict;

use crate::view::Sale;

/// "closed, paid", in words.
fn standing(sale: &Sale) -> (&'static str, &'static str) {
    let balance = match sale.balance {
        "part_paid" => "part paid",
        other => other,
    };
    (sale.state, balance)
}
