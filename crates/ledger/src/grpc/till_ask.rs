//! What a till asks to be recorded, from the wire.

use proto::convert::{money_from, quantity_from};
use proto::google::r#type::{Decimal, Money as WireMoney};
use proto::ledger as wire;
use retail::till::{Prices, SoldLine};
use retail::{Currency, Customer, EmailKey, LineKey, Money, PaymentType, Quantity, Sku};
use tonic::Status;
use uuid::Uuid;

use super::ask;
use super::error::bad_field;
use crate::store::{
    AskedCustomer, AskedItem, AskedPayment, AskedReturn, AskedSold, SaleAsked, VoidAsked,
};

/// Lines of one sale at most.
const LINES_LIMIT: usize = 500;
/// Payments of one sale at most.
const PAYMENTS_LIMIT: usize = 20;
/// Largest quantity of a line: a level takes millions of them.
const QUANTITY_LIMIT: Quantity = Quantity::from_milli(1_000_000_000 * Quantity::SCALE);
/// Largest amount that is told, in minor units: the sums of all lines are far from any bound.
const AMOUNT_LIMIT_MINOR: u64 = 1_000_000_000_000_000;
/// Longest name of a buyer, in bytes.
const NAME_LIMIT_BYTES: usize = 200;
/// Longest phone number of a buyer, in bytes.
const PHONE_LIMIT_BYTES: usize = 100;

pub fn sale(request: wire::RecordSaleRequest) -> Result<SaleAsked, Status> {
    let wire::RecordSaleRequest {
        retailer_id: _,
        register_id,
        lines,
        returns,
        prices_include_tax,
        total,
        payments,
        customer,
        sold_at,
        accept_outside_session,
        act: _,
    } = request;
    if lines.is_empty() && returns.is_empty() {
        return Err(bad_field("lines", "is missing"));
    }
    if lines.len().saturating_add(returns.len()) > LINES_LIMIT {
        let problem = format!("must be at most {LINES_LIMIT} with the returns");
        return Err(bad_field("lines", problem));
    }
    if payments.len() > PAYMENTS_LIMIT {
        let problem = format!("must be at most {PAYMENTS_LIMIT}");
        return Err(bad_field("payments", problem));
    }
    let total = total
        .map(|total| amount("total", Some(total)))
        .transpose()?;
    let sold: Vec<AskedSold> = lines
        .into_iter()
        .enumerate()
        .map(|(place, line)| sold_line(place, line))
        .collect::<Result<_, _>>()?;
    let returned = returns.into_iter().enumerate();
    Ok(SaleAsked {
        register: ask::required("register_id", &register_id)?,
        currency: currency_of(total, &sold),
        sold,
        returned: returned
            .map(|(place, line)| returned_line(place, line))
            .collect::<Result<_, _>>()?,
        prices: if prices_include_tax {
            Prices::WithTax
        } else {
            Prices::WithoutTax
        },
        total,
        payments: payments
            .into_iter()
            .enumerate()
            .map(|(place, paid)| payment(place, paid))
            .collect::<Result<_, _>>()?,
        customer: who(customer)?,
        sold_at: ask::instant("sold_at", sold_at)?,
        may_be_outside: accept_outside_session,
    })
}

pub fn void(request: &wire::VoidSaleRequest) -> Result<VoidAsked, Status> {
    Ok(VoidAsked {
        sale: ask::required("sale_id", &request.sale_id)?,
        register: ask::optional("register_id", &request.register_id)?,
    })
}

/// `None`: what comes back says in which.
fn currency_of(total: Option<Money>, sold: &[AskedSold]) -> Option<Currency> {
    let first = sold.first().map(|sold| sold.line.unit_price);
    total.or(first).map(Money::currency)
}

fn sold_line(place: usize, line: wire::SoldTillLine) -> Result<AskedSold, Status> {
    use wire::sold_till_line::Item;
    let wire::SoldTillLine {
        item,
        quantity,
        unit_price,
        discount,
        tax,
    } = line;
    let field = |name: &str| format!("lines[{place}].{name}");
    let item = match item {
        None => return Err(bad_field(&field("item"), "is missing")),
        Some(Item::ItemId(id)) => Uuid::try_parse(&id)
            .map(AskedItem::Id)
            .map_err(|_| bad_field(&field("item_id"), "is not a UUID"))?,
        Some(Item::Sku(sku)) => Sku::new(&sku)
            .map(AskedItem::Sku)
            .map_err(|error| bad_field(&field("sku"), error))?,
    };
    let unit_price = amount(&field("unit_price"), unit_price)?;
    let or_nothing = |name: &str, told: Option<WireMoney>| match told {
        Some(told) => amount(&field(name), Some(told)),
        None => Ok(Money::zero(unit_price.currency())),
    };
    Ok(AskedSold {
        item,
        line: SoldLine {
            quantity: how_many(&field("quantity"), quantity)?,
            unit_price,
            discount: or_nothing("discount", discount)?,
            tax: or_nothing("tax", tax)?,
        },
    })
}

fn returned_line(place: usize, line: wire::ReturnedTillLine) -> Result<AskedReturn, Status> {
    let wire::ReturnedTillLine {
        sale_id,
        line_key,
        quantity,
        without_restocking,
    } = line;
    let field = |name: &str| format!("returns[{place}].{name}");
    Ok(AskedReturn {
        sale: Uuid::try_parse(&sale_id)
            .map_err(|_| bad_field(&field("sale_id"), "is not a UUID"))?,
        line: LineKey::new(&line_key).map_err(|error| bad_field(&field("line_key"), error))?,
        quantity: how_many(&field("quantity"), quantity)?,
        is_restocked: !without_restocking,
    })
}

fn payment(place: usize, paid: wire::TillTender) -> Result<AskedPayment, Status> {
    let wire::TillTender {
        payment_type,
        amount: told,
    } = paid;
    let field = |name: &str| format!("payments[{place}].{name}");
    Ok(AskedPayment {
        payment_type: PaymentType::new(&payment_type)
            .map_err(|error| bad_field(&field("payment_type"), error))?,
        amount: told
            .map(|told| amount(&field("amount"), Some(told)))
            .transpose()?,
    })
}

fn who(customer: Option<wire::record_sale_request::Customer>) -> Result<AskedCustomer, Status> {
    use wire::record_sale_request::Customer as Wire;
    match customer {
        None => Ok(AskedCustomer::Nobody),
        Some(Wire::CustomerId(id)) => ask::required("customer_id", &id).map(AskedCustomer::OnFile),
        Some(Wire::Buyer(wire::Buyer { email, name, phone })) => {
            let key = EmailKey::new(&email)
                .ok_or_else(|| bad_field("buyer.email", "is no e-mail address"))?;
            let customer = Customer {
                email,
                name: ask::text("buyer.name", name, NAME_LIMIT_BYTES)?,
                phone: ask::text("buyer.phone", phone, PHONE_LIMIT_BYTES)?,
            };
            Ok(AskedCustomer::Named(customer, key))
        }
    }
}

/// More than zero.
fn how_many(field: &str, told: Option<Decimal>) -> Result<Quantity, Status> {
    let told = quantity_from("quantity", told).map_err(|error| bad_field(field, error))?;
    if told <= Quantity::ZERO || told > QUANTITY_LIMIT {
        let problem = format!("must be more than 0 and at most {QUANTITY_LIMIT}");
        return Err(bad_field(field, problem));
    }
    Ok(told)
}

fn amount(field: &str, told: Option<WireMoney>) -> Result<Money, Status> {
    let told = money_from("amount", told).map_err(|error| bad_field(field, error))?;
    if told.minor().unsigned_abs() > AMOUNT_LIMIT_MINOR {
        return Err(bad_field(field, "is too large"));
    }
    Ok(told)
}
