//! What others may ask. One file a service.
//!
//! Every call but health and reflection carries a token (`service::access`); what its roles may call stands in
//! `methods.rs`. Handlers see only requests that speak of the caller's own retailer.

mod access;
mod ask;
mod audit;
mod convert;
mod customers;
mod entitlements;
mod erasures;
mod error;
mod follow;
mod fulfilment;
mod fulfilment_act;
mod imports;
mod integrity;
mod invoices;
mod item_registry;
mod items;
mod kits;
mod methods;
mod once;
mod orders;
mod page;
mod payments;
mod registers;
mod reports;
mod sales;
mod shop_stock;
mod stock;
mod stock_entry;
mod stock_takes;
mod stock_work;
mod till_ask;
mod tills;
mod token;
mod transfers;
mod waiting;

use std::sync::Arc;

use proto::ledger::access_server::AccessServer;
use proto::ledger::audit_server::AuditServer;
use proto::ledger::customers_server::CustomersServer;
use proto::ledger::entitlements_server::EntitlementsServer;
use proto::ledger::erasures_server::ErasuresServer;
use proto::ledger::fulfilment_server::FulfilmentServer;
use proto::ledger::imports_server::ImportsServer;
use proto::ledger::integrity_server::IntegrityServer;
use proto::ledger::invoices_server::InvoicesServer;
use proto::ledger::item_registry_server::ItemRegistryServer;
use proto::ledger::items_server::ItemsServer;
use proto::ledger::kits_server::KitsServer;
use proto::ledger::orders_server::OrdersServer;
use proto::ledger::payments_server::PaymentsServer;
use proto::ledger::registers_server::RegistersServer;
use proto::ledger::reports_server::ReportsServer;
use proto::ledger::sales_server::SalesServer;
use proto::ledger::shop_stock_server::ShopStockServer;
use proto::ledger::stock_server::StockServer;
use proto::ledger::stock_takes_server::StockTakesServer;
use proto::ledger::stock_work_server::StockWorkServer;
use proto::ledger::tills_server::TillsServer;
use proto::ledger::transfers_server::TransfersServer;
use proto::ledger::waiting_orders_server::WaitingOrdersServer;
use service::health::Health;
use tokio_util::sync::CancellationToken;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic_health::pb::health_server::SERVICE_NAME as HEALTH_SERVICE_NAME;

use crate::backlog::Backlog;
use crate::desk::Desk;
use crate::store::{Reader, Store};
use crate::wake::Wake;

pub(crate) use convert::{item_kind_into, stock_rule_into};
pub(crate) use fulfilment_act::{step_into, tracking_into};
pub use methods::METHODS;

use access::Access;
use audit::Audit;
use customers::Customers;
use entitlements::Plans;
use erasures::Erasures;
use fulfilment::Fulfilment;
use imports::Imports;
use integrity::Integrity;
use invoices::Invoices;
use item_registry::ItemRegistry;
use items::Items;
use kits::Kits;
use orders::Orders;
use payments::Payments;
use registers::Registers;
use reports::Reports;
use sales::Sales;
use shop_stock::ShopStock;
use stock::Stock;
use stock_takes::StockTakes;
use stock_work::StockWork;
use tills::Tills;
use transfers::Transfers;
use waiting::WaitingOrders;

/// Largest question, in bytes.
const REQUEST_LIMIT_BYTES: usize = 64 * 1024;
/// Largest question about orders: a thousand ids of the longest kind fit.
const ORDERS_REQUEST_LIMIT_BYTES: usize = 192 * 1024;
/// Largest question with lines: as many as it may have, with SKUs of the longest kind.
const LINES_REQUEST_LIMIT_BYTES: usize = 192 * 1024;

/// Largest question about items: as many as it may have, with names and marks of the longest kind.
const ITEMS_REQUEST_LIMIT_BYTES: usize = 2 * 1024 * 1024;

/// All services, with health and reflection. Streams that follow end at `stop`.
#[expect(clippy::too_many_lines, reason = "one service after the other")]
pub fn routes(
    store: &Store,
    reader: &Reader,
    desk: &Desk,
    backlog: Backlog,
    wake: &Wake,
    health: &Health,
    stop: &CancellationToken,
) -> Result<Routes, tonic_reflection::server::Error> {
    let sales = Sales::new(reader.clone(), wake.clone(), stop.clone());
    let names = [
        SalesServer::<Sales>::NAME,
        StockServer::<Stock>::NAME,
        FulfilmentServer::<Fulfilment>::NAME,
        OrdersServer::<Orders>::NAME,
        IntegrityServer::<Integrity>::NAME,
        ItemsServer::<Items>::NAME,
        ImportsServer::<Imports>::NAME,
        WaitingOrdersServer::<WaitingOrders>::NAME,
        ReportsServer::<Reports>::NAME,
        RegistersServer::<Registers>::NAME,
        PaymentsServer::<Payments>::NAME,
        StockWorkServer::<StockWork>::NAME,
        TransfersServer::<Transfers>::NAME,
        StockTakesServer::<StockTakes>::NAME,
        KitsServer::<Kits>::NAME,
        AccessServer::<Access>::NAME,
        AuditServer::<Audit>::NAME,
        EntitlementsServer::<Plans>::NAME,
        TillsServer::<Tills>::NAME,
        InvoicesServer::<Invoices>::NAME,
        CustomersServer::<Customers>::NAME,
        ErasuresServer::<Erasures>::NAME,
        ItemRegistryServer::<ItemRegistry>::NAME,
        ShopStockServer::<ShopStock>::NAME,
    ];
    let reflection = || {
        let all = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .with_service_name(HEALTH_SERVICE_NAME);
        // The descriptors tell of the ingest services' as well, which do not answer here.
        names
            .iter()
            .fold(all, |named, name| named.with_service_name(*name))
    };
    Ok(
        Routes::new(SalesServer::new(sales).max_decoding_message_size(REQUEST_LIMIT_BYTES))
            .add_service(
                StockServer::new(Stock::new(store.clone(), reader.clone()))
                    .max_decoding_message_size(REQUEST_LIMIT_BYTES),
            )
            .add_service(
                FulfilmentServer::new(Fulfilment::new(store.clone(), reader.clone(), wake.clone()))
                    .max_decoding_message_size(LINES_REQUEST_LIMIT_BYTES),
            )
            .add_service(
                OrdersServer::new(Orders::new(reader.clone()))
                    .max_decoding_message_size(ORDERS_REQUEST_LIMIT_BYTES),
            )
            .add_service(
                IntegrityServer::new(Integrity::new(reader.clone()))
                    .max_decoding_message_size(REQUEST_LIMIT_BYTES),
            )
            .add_service(
                ItemsServer::new(Items::new(reader.clone()))
                    .max_decoding_message_size(REQUEST_LIMIT_BYTES),
            )
            .add_service(
                ImportsServer::new(Imports::new(store.clone(), reader.clone(), wake.clone()))
                    .max_decoding_message_size(imports::REQUEST_LIMIT_BYTES),
            )
            .add_service(
                WaitingOrdersServer::new(WaitingOrders::new(desk.clone()))
                    .max_decoding_message_size(ORDERS_REQUEST_LIMIT_BYTES),
            )
            .add_service(
                ReportsServer::new(Reports::new(reader.clone()))
                    .max_decoding_message_size(REQUEST_LIMIT_BYTES),
            )
            .add_service(
                RegistersServer::new(Registers::new(store.clone(), reader.clone()))
                    .max_decoding_message_size(REQUEST_LIMIT_BYTES),
            )
            .add_service(
                PaymentsServer::new(Payments::new(store.clone(), reader.clone(), wake.clone()))
                    .max_decoding_message_size(REQUEST_LIMIT_BYTES),
            )
            .add_service(
                StockWorkServer::new(StockWork::new(store.clone(), reader.clone(), wake.clone()))
                    .max_decoding_message_size(LINES_REQUEST_LIMIT_BYTES),
            )
            .add_service(
                TransfersServer::new(Transfers::new(store.clone(), reader.clone(), wake.clone()))
                    .max_decoding_message_size(LINES_REQUEST_LIMIT_BYTES),
            )
            .add_service(
                StockTakesServer::new(StockTakes::new(store.clone(), reader.clone(), wake.clone()))
                    .max_decoding_message_size(LINES_REQUEST_LIMIT_BYTES),
            )
            .add_service(
                KitsServer::new(Kits::new(store.clone(), reader.clone(), wake.clone()))
                    .max_decoding_message_size(LINES_REQUEST_LIMIT_BYTES),
            )
            .add_service(
                AccessServer::new(Access::new(store.clone(), reader.clone()))
                    .max_decoding_message_size(REQUEST_LIMIT_BYTES),
            )
            .add_service(
                AuditServer::new(Audit::new(reader.clone()))
                    .max_decoding_message_size(REQUEST_LIMIT_BYTES),
            )
            .add_service(
                EntitlementsServer::new(Plans::new(store.clone(), reader.clone()))
                    .max_decoding_message_size(REQUEST_LIMIT_BYTES),
            )
            .add_service(
                TillsServer::new(Tills::new(store.clone(), reader.clone(), wake.clone()))
                    .max_decoding_message_size(LINES_REQUEST_LIMIT_BYTES),
            )
            .add_service(
                InvoicesServer::new(Invoices::new(store.clone(), wake.clone()))
                    .max_decoding_message_size(LINES_REQUEST_LIMIT_BYTES),
            )
            .add_service(
                CustomersServer::new(Customers::new(
                    store.clone(),
                    reader.clone(),
                    Arc::clone(desk.keyring()),
                    wake.clone(),
                ))
                .max_decoding_message_size(REQUEST_LIMIT_BYTES),
            )
            .add_service(
                ErasuresServer::new(Erasures::new(
                    store.clone(),
                    Arc::clone(desk.keyring()),
                    wake.clone(),
                ))
                .max_decoding_message_size(ORDERS_REQUEST_LIMIT_BYTES),
            )
            .add_service(
                ItemRegistryServer::new(ItemRegistry::new(
                    store.clone(),
                    reader.clone(),
                    desk.clone(),
                ))
                .max_decoding_message_size(ITEMS_REQUEST_LIMIT_BYTES),
            )
            .add_service(
                ShopStockServer::new(ShopStock::new(reader.clone(), backlog))
                    .max_decoding_message_size(ITEMS_REQUEST_LIMIT_BYTES),
            )
            .add_service(health.grpc(&names))
            .add_service(reflection().build_v1()?)
            .add_service(reflection().build_v1alpha()?),
    )
}
