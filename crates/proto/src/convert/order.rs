//! The canonical order.
//!
//! The customer travels sealed and is neither sealed nor opened here: the caller holds the keys.

use retail::{
    Barcode, ConnectionId, ContentHash, Customer, ItemRef, LineKey, LineKind, Order, OrderKey,
    OrderLine, OrderPayment, Outline, OutlinedLine, PaymentKey, ReceiptNumber, ShopOrderId,
    ShopVariantId, Sku, TextError, Version,
};

use super::{
    WireError, instant_from, instant_into, money_from, money_into, payment_kind_from,
    payment_kind_into, quantity_from, quantity_into, state_from, state_into,
};
use crate::order as wire;

/// The wire form of an order, with its customer already sealed.
#[must_use]
pub fn order_into(order: &Order, sealed_customer: Vec<u8>) -> wire::Order {
    let Order {
        key: OrderKey {
            connection: _,
            order,
        },
        version,
        receipt_number,
        placed_at,
        state,
        shop_status,
        lines,
        total,
        payments,
        customer: _,
    } = order;
    wire::Order {
        order_id: order.to_string(),
        modified_at: Some(instant_into(version.modified_at)),
        content_hash: version.content.bytes().to_vec().into(),
        receipt_number: receipt_number.to_string(),
        placed_at: Some(instant_into(*placed_at)),
        state: state_into(*state).into(),
        shop_status: shop_status.clone(),
        lines: lines.iter().map(line_into).collect(),
        total: Some(money_into(*total)),
        payments: payments.iter().map(payment_into).collect(),
        sealed_customer: sealed_customer.into(),
    }
}

/// The domain form of an order of `connection`, with the customer the caller has opened.
pub fn order_from(
    connection: ConnectionId,
    order: wire::Order,
    customer: Option<Customer>,
) -> Result<Order, WireError> {
    let wire::Order {
        order_id,
        modified_at,
        content_hash,
        receipt_number,
        placed_at,
        state,
        shop_status,
        lines,
        total,
        payments,
        sealed_customer: _,
    } = order;
    Ok(Order {
        key: OrderKey {
            connection,
            order: text("order_id", &order_id, ShopOrderId::new)?,
        },
        version: version_from(modified_at, &content_hash)?,
        receipt_number: text("receipt_number", &receipt_number, ReceiptNumber::new)?,
        placed_at: instant_from("placed_at", placed_at)?,
        state: state_from("state", state)?,
        shop_status,
        lines: lines.into_iter().map(line_from).collect::<Result<_, _>>()?,
        total: money_from("total", total)?,
        payments: payments
            .into_iter()
            .map(payment_from)
            .collect::<Result<_, _>>()?,
        customer,
    })
}

/// The wire form of what could be read of a refused order.
#[must_use]
pub fn outline_into(outline: &Outline) -> wire::Outline {
    let Outline {
        version,
        receipt_number,
        placed_at,
        lines,
    } = outline;
    let lines = lines.iter().map(|OutlinedLine { item, quantity }| {
        let item = item_into(item);
        wire::OutlinedLine {
            item: Some(item),
            quantity: Some(quantity_into(*quantity)),
        }
    });
    wire::Outline {
        modified_at: Some(instant_into(version.modified_at)),
        content_hash: version.content.bytes().to_vec(),
        receipt_number: receipt_number
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        placed_at: placed_at.map(instant_into),
        lines: lines.collect(),
    }
}

/// The domain form of the same.
pub fn outline_from(outline: wire::Outline) -> Result<Outline, WireError> {
    let wire::Outline {
        modified_at,
        content_hash,
        receipt_number,
        placed_at,
        lines,
    } = outline;
    let line = |line: wire::OutlinedLine| {
        let wire::OutlinedLine { item, quantity } = line;
        Ok(OutlinedLine {
            item: item_from(&item.ok_or(WireError::Missing("outline.lines.item"))?)?,
            quantity: quantity_from("outline.lines.quantity", quantity)?,
        })
    };
    Ok(Outline {
        version: version_from(modified_at, &content_hash)?,
        receipt_number: known(
            "outline.receipt_number",
            &receipt_number,
            ReceiptNumber::new,
        )?,
        placed_at: placed_at
            .map(|at| instant_from("outline.placed_at", Some(at)))
            .transpose()?,
        lines: lines.into_iter().map(line).collect::<Result<_, _>>()?,
    })
}

fn version_from(
    modified_at: Option<prost_types::Timestamp>,
    content_hash: &[u8],
) -> Result<Version, WireError> {
    let content = <[u8; 32]>::try_from(content_hash)
        .map_err(|error| WireError::invalid("content_hash", error))?;
    Ok(Version {
        modified_at: instant_from("modified_at", modified_at)?,
        content: ContentHash::new(content),
    })
}

fn line_into(line: &OrderLine) -> wire::OrderLine {
    let OrderLine {
        key,
        kind,
        name,
        quantity,
        restocked,
        fulfilled,
        net,
        tax,
    } = line;
    let service = |service: wire::Service| wire::order_line::Kind::Service(service.into());
    let kind = match kind {
        LineKind::Product(item) => wire::order_line::Kind::Product(item_into(item)),
        LineKind::Shipping => service(wire::Service::Shipping),
        LineKind::Handling => service(wire::Service::Handling),
        LineKind::GiftWrapping => service(wire::Service::GiftWrapping),
        LineKind::Fee => service(wire::Service::Fee),
        LineKind::Rounding => service(wire::Service::Rounding),
    };
    wire::OrderLine {
        key: key.to_string(),
        kind: Some(kind),
        name: name.clone(),
        quantity: Some(quantity_into(*quantity)),
        restocked: Some(quantity_into(*restocked)),
        fulfilled: Some(quantity_into(*fulfilled)),
        net: Some(money_into(*net)),
        tax: Some(money_into(*tax)),
    }
}

fn line_from(line: wire::OrderLine) -> Result<OrderLine, WireError> {
    let wire::OrderLine {
        key,
        kind,
        name,
        quantity,
        restocked,
        fulfilled,
        net,
        tax,
    } = line;
    Ok(OrderLine {
        key: text("lines.key", &key, LineKey::new)?,
        kind: kind_from(kind.ok_or(WireError::Missing("lines.kind"))?)?,
        name,
        quantity: quantity_from("lines.quantity", quantity)?,
        restocked: quantity_from("lines.restocked", restocked)?,
        // Messages that were kept before this was told have none.
        fulfilled: fulfilled
            .map(|fulfilled| quantity_from("lines.fulfilled", Some(fulfilled)))
            .transpose()?
            .unwrap_or_default(),
        net: money_from("lines.net", net)?,
        tax: money_from("lines.tax", tax)?,
    })
}

fn kind_from(kind: wire::order_line::Kind) -> Result<LineKind, WireError> {
    match kind {
        wire::order_line::Kind::Product(item) => Ok(LineKind::Product(item_from(&item)?)),
        wire::order_line::Kind::Service(service) => match wire::Service::try_from(service) {
            Ok(wire::Service::Shipping) => Ok(LineKind::Shipping),
            Ok(wire::Service::Handling) => Ok(LineKind::Handling),
            Ok(wire::Service::GiftWrapping) => Ok(LineKind::GiftWrapping),
            Ok(wire::Service::Fee) => Ok(LineKind::Fee),
            Ok(wire::Service::Rounding) => Ok(LineKind::Rounding),
            Ok(wire::Service::Unspecified) => Err(WireError::Missing("lines.service")),
            Err(error) => Err(WireError::invalid("lines.service", error)),
        },
    }
}

fn item_into(item: &ItemRef) -> wire::ItemRef {
    let ItemRef {
        variant,
        sku,
        barcode,
    } = item;
    let or_empty = |text: Option<&str>| text.unwrap_or_default().to_owned();
    wire::ItemRef {
        variant_id: or_empty(variant.as_ref().map(ShopVariantId::as_str)),
        sku: or_empty(sku.as_ref().map(Sku::as_str)),
        barcode: or_empty(barcode.as_ref().map(Barcode::as_str)),
    }
}

fn item_from(item: &wire::ItemRef) -> Result<ItemRef, WireError> {
    let wire::ItemRef {
        variant_id,
        sku,
        barcode,
    } = item;
    Ok(ItemRef {
        variant: known("lines.variant_id", variant_id, ShopVariantId::new)?,
        sku: known("lines.sku", sku, Sku::new)?,
        barcode: known("lines.barcode", barcode, Barcode::new)?,
    })
}

fn payment_into(payment: &OrderPayment) -> wire::OrderPayment {
    let OrderPayment {
        key,
        kind,
        method,
        amount,
        paid_at,
    } = payment;
    wire::OrderPayment {
        key: key.to_string(),
        kind: payment_kind_into(*kind).into(),
        method: method.clone(),
        amount: Some(money_into(*amount)),
        paid_at: paid_at.map(instant_into),
    }
}

fn payment_from(payment: wire::OrderPayment) -> Result<OrderPayment, WireError> {
    let wire::OrderPayment {
        key,
        kind,
        method,
        amount,
        paid_at,
    } = payment;
    Ok(OrderPayment {
        key: text("payments.key", &key, PaymentKey::new)?,
        kind: payment_kind_from("payments.kind", kind)?,
        method,
        amount: money_from("payments.amount", amount)?,
        paid_at: paid_at
            .map(|at| instant_from("payments.paid_at", Some(at)))
            .transpose()?,
    })
}

fn text<T>(
    field: &'static str,
    text: &str,
    new: fn(&str) -> Result<T, TextError>,
) -> Result<T, WireError> {
    new(text).map_err(|error| WireError::invalid(field, error))
}

fn known<T>(
    field: &'static str,
    value: &str,
    new: fn(&str) -> Result<T, TextError>,
) -> Result<Option<T>, WireError> {
    if value.is_empty() {
        return Ok(None);
    }
    text(field, value, new).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use retail::{Currency, Money, PaymentKind, Quantity, SaleState};

    fn order() -> Order {
        let cad = |minor| Money::new(minor, Currency::CAD);
        let line = |key: &str, kind| OrderLine {
            key: LineKey::new(key).unwrap(),
            kind,
            name: "T-shirt « Été » & café".to_owned(),
            quantity: Quantity::from_milli(1500),
            restocked: Quantity::ZERO,
            fulfilled: Quantity::ZERO,
            net: cad(2000),
            tax: cad(299),
        };
        Order {
            key: OrderKey {
                connection: ConnectionId::new(uuid::Uuid::from_u128(7)),
                order: ShopOrderId::new("25").unwrap(),
            },
            version: Version {
                modified_at: "2026-11-21T19:52:29Z".parse().unwrap(),
                content: ContentHash::new([7; 32]),
            },
            receipt_number: ReceiptNumber::new("#25").unwrap(),
            placed_at: "2026-11-21T19:52:25Z".parse().unwrap(),
            state: SaleState::Closed,
            shop_status: "processing".to_owned(),
            lines: vec![
                line(
                    "line:57",
                    LineKind::Product(ItemRef {
                        variant: Some(ShopVariantId::new("11").unwrap()),
                        sku: Some(Sku::new("TS-001").unwrap()),
                        barcode: None,
                    }),
                ),
                line("line:58", LineKind::Product(ItemRef::default())),
                line("shipping:59", LineKind::Shipping),
                line("handling", LineKind::Handling),
                line("wrapping", LineKind::GiftWrapping),
                line("fee:60", LineKind::Fee),
                line("rounding", LineKind::Rounding),
            ],
            total: cad(11_495),
            payments: vec![OrderPayment {
                key: PaymentKey::new("refund:39").unwrap(),
                kind: PaymentKind::Refunded,
                method: "bacs".to_owned(),
                amount: cad(2300),
                paid_at: None,
            }],
            customer: None,
        }
    }

    #[test]
    fn an_order_goes_there_and_back() {
        let order = order();
        let wire = order_into(&order, Vec::new());
        assert_eq!(order_from(order.key.connection, wire, None), Ok(order));
    }

    #[test]
    fn a_line_that_tells_nothing_of_fulfilment_is_not_fulfilled() {
        let mut order = order();
        order.lines[0].fulfilled = Quantity::from_milli(500);
        let mut wire = order_into(&order, Vec::new());
        let there_and_back = order_from(order.key.connection, wire.clone(), None);
        assert_eq!(there_and_back.as_ref(), Ok(&order));
        wire.lines[0].fulfilled = None;
        order.lines[0].fulfilled = Quantity::ZERO;
        assert_eq!(order_from(order.key.connection, wire, None), Ok(order));
    }

    #[test]
    fn an_outline_goes_there_and_back() {
        let order = order();
        let whole = Outline {
            version: order.version,
            receipt_number: Some(order.receipt_number),
            placed_at: Some(order.placed_at),
            lines: vec![OutlinedLine {
                item: ItemRef {
                    variant: Some(ShopVariantId::new("11").unwrap()),
                    ..ItemRef::default()
                },
                quantity: Quantity::from_milli(1500),
            }],
        };
        let bare = Outline {
            version: order.version,
            receipt_number: None,
            placed_at: None,
            lines: Vec::new(),
        };
        for outline in [whole, bare] {
            assert_eq!(outline_from(outline_into(&outline)), Ok(outline));
        }
    }

    #[test]
    fn a_wrong_field_is_named() {
        let order = order();
        let connection = order.key.connection;
        let refused = |change: fn(&mut wire::Order)| {
            let mut wire = order_into(&order, Vec::new());
            change(&mut wire);
            order_from(connection, wire, None).unwrap_err().to_string()
        };
        for (change, field) in [
            (
                (|w| w.content_hash = vec![1].into()) as fn(&mut wire::Order),
                "content_hash",
            ),
            (|w| w.order_id.clear(), "order_id"),
            (|w| w.total = None, "total"),
            (|w| w.state = 99, "state"),
            (|w| w.lines[0].kind = None, "lines.kind"),
            (|w| w.payments[0].kind = 0, "payments.kind"),
        ] {
            let message = refused(change);
            assert!(message.contains(field), "{message} names {field}");
        }
    }
}
