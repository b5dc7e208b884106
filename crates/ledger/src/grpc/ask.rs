//! Checks what requests have in common.

use jiff::Timestamp;
use proto::convert::{WireError, date_from, instant_from, state_from};
use proto::google::r#type::Date as WireDate;
use proto::ledger::{
    Act as WireAct, Balance as WireBalance, ItemKind as WireKind, SaleFilter as WireFilter,
};
use retail::{Balance, ConnectionId, ReceiptNumber, RetailerId, ShopOrderId, Sku};
use tonic::Status;
use uuid::Uuid;

use super::error::bad_field;
use crate::days::Days;
use crate::decide::ItemKind;
use crate::desk::Act;
use crate::store::SaleFilter;

/// Rows of a page when nothing is said.
const PAGE_DEFAULT: i64 = 50;
/// Rows of a page at most.
const PAGE_LIMIT: i64 = 500;
/// Orders of one question at most.
const ORDERS_LIMIT: usize = 1_000;
/// SKUs of one question at most.
const SKUS_LIMIT: usize = 500;
/// Longest name of a person, in bytes.
const ACTOR_LIMIT_BYTES: usize = 200;
/// Longest note, in bytes.
const NOTE_LIMIT_BYTES: usize = 2_000;
/// Longest name of a platform, in bytes.
const PLATFORM_LIMIT_BYTES: usize = 100;
/// Longest code of a reason, in bytes.
const REASON_LIMIT_BYTES: usize = 100;
/// Where google.protobuf.Timestamp begins. The database would go back further, jiff further still.
const FIRST_INSTANT: Timestamp = Timestamp::constant(-62_135_596_800, 0);

pub fn retailer(id: &str) -> Result<RetailerId, Status> {
    required("retailer_id", id).map(RetailerId::new)
}

pub fn connection(id: &str) -> Result<ConnectionId, Status> {
    required("connection_id", id).map(ConnectionId::new)
}

pub fn required(field: &'static str, id: &str) -> Result<Uuid, Status> {
    optional(field, id)?.ok_or_else(|| bad_field(field, "is missing"))
}

pub fn optional(field: &'static str, id: &str) -> Result<Option<Uuid>, Status> {
    if id.is_empty() {
        return Ok(None);
    }
    Uuid::try_parse(id)
        .map(Some)
        .map_err(|_| bad_field(field, "is not a UUID"))
}

/// 0 means the default.
pub fn page_size(asked: i32) -> Result<i64, Status> {
    match i64::from(asked) {
        0 => Ok(PAGE_DEFAULT),
        size @ 1..=PAGE_LIMIT => Ok(size),
        _ => Err(bad_field(
            "page_size",
            format!("must be from 1 to {PAGE_LIMIT}, or 0 for {PAGE_DEFAULT}"),
        )),
    }
}

/// At most [`ORDERS_LIMIT`] ids, as shops give them.
pub fn orders(field: &'static str, ids: &[String]) -> Result<Vec<ShopOrderId>, Status> {
    if ids.len() > ORDERS_LIMIT {
        return Err(bad_field(
            field,
            format!("must be at most {ORDERS_LIMIT}, not {}", ids.len()),
        ));
    }
    let order = |(place, id): (usize, &String)| {
        ShopOrderId::new(id).map_err(|error| bad_field(&format!("{field}[{place}]"), error))
    };
    ids.iter().enumerate().map(order).collect()
}

pub fn order(field: &'static str, id: &str) -> Result<ShopOrderId, Status> {
    ShopOrderId::new(id).map_err(|error| bad_field(field, error))
}

/// Who asks for what, once.
pub fn act(act: Option<WireAct>) -> Result<Act, Status> {
    let WireAct {
        request_id,
        actor,
        note,
    } = act.ok_or_else(|| bad_field("act", "is missing"))?;
    Ok(Act {
        request: required("act.request_id", &request_id)?,
        actor: text("act.actor", actor, ACTOR_LIMIT_BYTES)?,
        note: text("act.note", note, NOTE_LIMIT_BYTES)?,
    })
}

/// A reason's code; `None` when all are meant.
pub fn reason(code: String) -> Result<Option<String>, Status> {
    let code = text("reason", code, REASON_LIMIT_BYTES)?;
    Ok(Some(code).filter(|code| !code.is_empty()))
}

/// A text that the database can hold.
pub fn text(field: &'static str, text: String, limit: usize) -> Result<String, Status> {
    if text.len() > limit {
        return Err(bad_field(
            field,
            format!("has {} bytes, more than {limit}", text.len()),
        ));
    }
    if text.contains('\0') {
        return Err(bad_field(field, "holds a NUL"));
    }
    Ok(text)
}

pub fn skus(field: &'static str, texts: &[String]) -> Result<Vec<String>, Status> {
    if texts.len() > SKUS_LIMIT {
        return Err(bad_field(
            field,
            format!("must be at most {SKUS_LIMIT}, not {}", texts.len()),
        ));
    }
    let sku = |text: &String| {
        Sku::new(text)
            .map(|sku| sku.as_str().to_owned())
            .map_err(|error| bad_field(field, error))
    };
    texts.iter().map(sku).collect()
}

pub fn sku(field: &'static str, text: &str) -> Result<Option<String>, Status> {
    if text.is_empty() {
        return Ok(None);
    }
    Sku::new(text)
        .map(|sku| Some(sku.as_str().to_owned()))
        .map_err(|error| bad_field(field, error))
}

pub fn filter(filter: Option<WireFilter>) -> Result<SaleFilter, Status> {
    let WireFilter {
        outlet_id,
        register_id,
        connection_id,
        state,
        balance,
        receipt_number,
        sku: sku_text,
        placed_from,
        placed_until,
        customer_id,
        platform,
    } = filter.unwrap_or_default();
    let placed_from = instant("filter.placed_from", placed_from)?;
    let placed_until = instant("filter.placed_until", placed_until)?;
    if let (Some(from), Some(until)) = (placed_from, placed_until)
        && from >= until
    {
        return Err(bad_field("filter.placed_until", "is not after placed_from"));
    }
    let platform = text("filter.platform", platform, PLATFORM_LIMIT_BYTES)?;
    Ok(SaleFilter {
        outlet: optional("filter.outlet_id", &outlet_id)?,
        register: optional("filter.register_id", &register_id)?,
        connection: optional("filter.connection_id", &connection_id)?,
        state: match state {
            0 => None,
            state => Some(state_from("filter.state", state).map_err(wrong)?),
        },
        balance: balance_from(balance)?,
        receipt_number: match receipt_number.as_str() {
            "" => None,
            text => Some(
                ReceiptNumber::new(text)
                    .map_err(|error| bad_field("filter.receipt_number", error))?
                    .as_str()
                    .to_owned(),
            ),
        },
        sku: sku("filter.sku", &sku_text)?,
        placed_from,
        placed_until,
        customer: optional("filter.customer_id", &customer_id)?,
        platform: Some(platform).filter(|platform| !platform.is_empty()),
    })
}

/// An instant that may be left out.
pub fn instant(
    field: &'static str,
    at: Option<prost_types::Timestamp>,
) -> Result<Option<Timestamp>, Status> {
    let Some(at) = at else { return Ok(None) };
    let at = instant_from(field, Some(at)).map_err(wrong)?;
    if at < FIRST_INSTANT {
        return Err(bad_field(field, "is before the year 1"));
    }
    Ok(Some(at))
}

/// An instant at which nothing is stamped any more, now that it is `now`.
pub fn past(
    field: &'static str,
    at: Option<prost_types::Timestamp>,
    now: Timestamp,
) -> Result<Timestamp, Status> {
    let at = instant(field, at)?.ok_or_else(|| bad_field(field, "is missing"))?;
    // The database tells no finer instants apart.
    if at.as_microsecond() >= now.as_microsecond() {
        return Err(bad_field(field, "is not past"));
    }
    Ok(at)
}

/// From the first day to the one after the last.
pub fn days(from: Option<WireDate>, until: Option<WireDate>) -> Result<Days, Status> {
    let from = date_from("from", from).map_err(wrong)?;
    let until = date_from("until", until).map_err(wrong)?;
    Days::new(from, until).map_err(|error| bad_field("until", error))
}

/// `None` when all are meant.
pub fn item_kind(field: &'static str, kind: i32) -> Result<Option<ItemKind>, Status> {
    match WireKind::try_from(kind) {
        Ok(WireKind::Unspecified) => Ok(None),
        Ok(WireKind::Product) => Ok(Some(ItemKind::Product)),
        Ok(WireKind::Shipping) => Ok(Some(ItemKind::Shipping)),
        Ok(WireKind::Handling) => Ok(Some(ItemKind::Handling)),
        Ok(WireKind::GiftWrapping) => Ok(Some(ItemKind::GiftWrapping)),
        Ok(WireKind::Fee) => Ok(Some(ItemKind::Fee)),
        Ok(WireKind::Rounding) => Ok(Some(ItemKind::Rounding)),
        Err(error) => Err(bad_field(field, error)),
    }
}

pub fn wrong(error: WireError) -> Status {
    match error {
        WireError::Missing(field) => bad_field(field, "is missing"),
        WireError::Invalid { field, reason } => bad_field(field, reason),
    }
}

fn balance_from(balance: i32) -> Result<Option<Balance>, Status> {
    match WireBalance::try_from(balance) {
        Ok(WireBalance::Unspecified) => Ok(None),
        Ok(WireBalance::Unpaid) => Ok(Some(Balance::Unpaid)),
        Ok(WireBalance::PartPaid) => Ok(Some(Balance::PartPaid)),
        Ok(WireBalance::Paid) => Ok(Some(Balance::Paid)),
        Err(error) => Err(bad_field("filter.balance", error)),
    }
}
