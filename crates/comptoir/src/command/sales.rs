use jiff::Timestamp;
use proto::convert::instant_into;
use proto::{ledger, order};
use serde::Serialize;
use service::clock::{Clock as _, SystemClock};
use uuid::Uuid;

use super::Place;
use crate::api::{Ledger, Page, SaleKey, SalesQuery};
use crate::arguments::{Balance, PageArguments, SalesList, State};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::Sale;

#[derive(Serialize)]
struct List {
    sales: Vec<Sale>,
    next_page_token: Option<String>,
}

/// The sales history, newest first.
pub(crate) async fn sales_list(
    screen: Screen,
    place: &Place,
    list: SalesList,
) -> anyhow::Result<Exit> {
    let query = query(place, list)?;
    let Page { rows, next } = place.ledger().await?.sales(query).await?;
    if screen.is_json() {
        screen.json(&List {
            sales: rows,
            next_page_token: next,
        })?;
    } else {
        tables::sales(screen, &place.outlets(), &rows);
        tables::next_page(screen, next.as_deref());
    }
    Ok(Exit::Done)
}

/// Sales that are not fully paid and hold stock, the oldest first.
pub(crate) async fn sales_reserved(
    screen: Screen,
    place: &Place,
    outlet: Option<&str>,
    until: Option<Timestamp>,
    page: PageArguments,
) -> anyhow::Result<Exit> {
    let PageArguments { limit, page_token } = page;
    let outlet = outlet
        .map(|outlet| place.outlets().id_of(outlet))
        .transpose()?;
    let ledger = place.ledger().await?;
    let Page { rows, next } = ledger
        .reservations(outlet.unwrap_or_default(), until, limit, page_token)
        .await?;
    if screen.is_json() {
        screen.json(&List {
            sales: rows,
            next_page_token: next,
        })?;
    } else {
        tables::reservations(screen, &place.outlets(), &rows, SystemClock.now());
        tables::next_page(screen, next.as_deref());
    }
    Ok(Exit::Done)
}

/// One sale with its lines and payments.
pub(crate) async fn sales_show(
    screen: Screen,
    place: &Place,
    sale: String,
) -> anyhow::Result<Exit> {
    let ledger = place.ledger().await?;
    let sale = find_sale(place, &ledger, sale).await?;
    if screen.is_json() {
        screen.json(&sale)?;
    } else {
        tables::sale(screen, &place.outlets(), &sale);
    }
    Ok(Exit::Done)
}

/// The one sale of this id or receipt number.
pub(super) async fn find_sale(
    place: &Place,
    ledger: &Ledger,
    sale: String,
) -> anyhow::Result<Sale> {
    let key = match Uuid::try_parse(&sale) {
        Ok(id) => SaleKey::Id(id.to_string()),
        Err(_) => SaleKey::Receipt(sale.clone()),
    };
    match ledger.sale(key).await {
        Err(error) if error.is_ambiguous() => {
            let choice = choice(place, ledger, sale).await?;
            Err(error.with_more(&choice).into())
        }
        answer => Ok(answer?),
    }
}

/// The sales of one receipt number, which is unique within a connection alone.
async fn choice(place: &Place, ledger: &Ledger, receipt: String) -> anyhow::Result<String> {
    let query = SalesQuery {
        filter: ledger::SaleFilter {
            receipt_number: receipt,
            ..ledger::SaleFilter::default()
        },
        ..SalesQuery::default()
    };
    let outlets = place.outlets();
    let lines = ledger.sales(query).await?.rows.into_iter().map(|sale| {
        let placed = outlets.minute(sale.placed_at, &sale.outlet_id);
        let outlet = outlets.name(&sale.outlet_id);
        format!("  {}  {outlet}, {placed}, {}", sale.sale_id, sale.total)
    });
    let lines: Vec<String> = lines.collect();
    Ok(lines.join("\n"))
}

fn query(place: &Place, list: SalesList) -> anyhow::Result<SalesQuery> {
    let SalesList {
        outlet,
        register,
        connection,
        platform,
        state,
        balance,
        receipt,
        sku,
        customer,
        from,
        until,
        page: PageArguments { limit, page_token },
    } = list;
    let outlet_id = outlet
        .map(|outlet| place.outlets().id_of(&outlet))
        .transpose()?;
    let state = state.map_or(order::SaleState::Unspecified, |state| match state {
        State::Closed => order::SaleState::Closed,
        State::Voided => order::SaleState::Voided,
    });
    let balance = balance.map_or(ledger::Balance::Unspecified, |balance| match balance {
        Balance::Unpaid => ledger::Balance::Unpaid,
        Balance::PartPaid => ledger::Balance::PartPaid,
        Balance::Paid => ledger::Balance::Paid,
    });
    Ok(SalesQuery {
        filter: ledger::SaleFilter {
            outlet_id: outlet_id.unwrap_or_default(),
            register_id: register.unwrap_or_default(),
            connection_id: connection.unwrap_or_default(),
            state: state.into(),
            balance: balance.into(),
            receipt_number: receipt.unwrap_or_default(),
            sku: sku.unwrap_or_default(),
            placed_from: from.map(instant_into),
            placed_until: until.map(instant_into),
            customer_id: customer.unwrap_or_default(),
            platform: platform.unwrap_or_default(),
        },
        page_size: limit,
        page_token,
    })
}
