//! Compiles `proto/` without protoc, and keeps the descriptors for gRPC reflection.

use std::path::PathBuf;

use prost::Message as _;

const ROOT: &str = "../../proto";
const FILES: &[&str] = &[
    "comptoir/catalog/v1/audit.proto",
    "comptoir/catalog/v1/catalog.proto",
    "comptoir/catalog/v1/channels.proto",
    "comptoir/catalog/v1/drift.proto",
    "comptoir/catalog/v1/events.proto",
    "comptoir/catalog/v1/links.proto",
    "comptoir/catalog/v1/product.proto",
    "comptoir/catalog/v1/push.proto",
    "comptoir/catalog/v1/sheets.proto",
    "comptoir/connect/v1/audit.proto",
    "comptoir/connect/v1/connections.proto",
    "comptoir/connect/v1/deliveries.proto",
    "comptoir/connect/v1/imports.proto",
    "comptoir/connect/v1/inbox.proto",
    "comptoir/connect/v1/installs.proto",
    "comptoir/connect/v1/known_connection.proto",
    "comptoir/connect/v1/leases.proto",
    "comptoir/ledger/v1/access.proto",
    "comptoir/ledger/v1/audit.proto",
    "comptoir/ledger/v1/customers.proto",
    "comptoir/ledger/v1/entitlements.proto",
    "comptoir/ledger/v1/events.proto",
    "comptoir/ledger/v1/fulfilment.proto",
    "comptoir/ledger/v1/imports.proto",
    "comptoir/ledger/v1/integrity.proto",
    "comptoir/ledger/v1/invoices.proto",
    "comptoir/ledger/v1/item_registry.proto",
    "comptoir/ledger/v1/items.proto",
    "comptoir/ledger/v1/kits.proto",
    "comptoir/ledger/v1/orders.proto",
    "comptoir/ledger/v1/registers.proto",
    "comptoir/ledger/v1/reports.proto",
    "comptoir/ledger/v1/sale.proto",
    "comptoir/ledger/v1/sales.proto",
    "comptoir/ledger/v1/shop_stock.proto",
    "comptoir/ledger/v1/stock.proto",
    "comptoir/ledger/v1/stock_entry.proto",
    "comptoir/ledger/v1/stock_work.proto",
    "comptoir/ledger/v1/tills.proto",
    "comptoir/ledger/v1/waiting.proto",
    "comptoir/order/v1/order.proto",
];

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script its folder in the environment"
)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed={ROOT}");
    let descriptors = protox::compile(FILES, [ROOT])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .boxed("OrderMessage.body.order")
        .bytes(".comptoir.connect.v1.RawDelivery")
        .bytes(".comptoir.order.v1.Order")
        .compile_fds(descriptors)?;
    Ok(())
}
