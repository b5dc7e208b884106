use proto::ledger;

use super::Place;
use crate::api::ReportQuery;
use crate::arguments::{ItemKind, ProductsArguments, Reports};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;

/// What was sold, added up.
pub(crate) async fn reports(
    screen: Screen,
    place: &Place,
    command: Reports,
) -> anyhow::Result<Exit> {
    match command {
        Reports::Products(arguments) => products(screen, place, arguments).await,
    }
}

/// By item, and by kind of item (SH-8).
async fn products(
    screen: Screen,
    place: &Place,
    arguments: ProductsArguments,
) -> anyhow::Result<Exit> {
    let ProductsArguments {
        from,
        until,
        outlet,
        connection,
        kind,
    } = arguments;
    let outlet = outlet
        .map(|outlet| place.outlets().id_of(&outlet))
        .transpose()?;
    let query = ReportQuery {
        from,
        until,
        outlet: outlet.unwrap_or_default(),
        connection: connection.map(|id| id.to_string()).unwrap_or_default(),
        kind: kind.map_or(ledger::ItemKind::Unspecified, |kind| match kind {
            ItemKind::Product => ledger::ItemKind::Product,
            ItemKind::Shipping => ledger::ItemKind::Shipping,
            ItemKind::Handling => ledger::ItemKind::Handling,
            ItemKind::GiftWrapping => ledger::ItemKind::GiftWrapping,
            ItemKind::Fee => ledger::ItemKind::Fee,
            ItemKind::Rounding => ledger::ItemKind::Rounding,
        }),
    };
    let report = place.ledger().await?.report_products(query).await?;
    if screen.is_json() {
        screen.json(&report)?;
    } else {
        tables::report(screen, &report);
    }
    Ok(Exit::Done)
}
