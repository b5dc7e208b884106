//! The order's body, filled from the shop's own model.

use super::catalogue::Catalogue;
use super::fields::{
    Billing, Body, CouponLine, Embeddable, FeeLine, Hints, Image, Itself, LineItem, Link, Links,
    Meta, RefundEntry, ShipTo, ShippingLine, Tax, TaxLine,
};
use super::hook::SOURCE;
use super::order::{Coupon, Fee, Line, Order, PLUGIN_LINE, Refund, Shipping, Status, Via};
use super::person::Person;
use super::php_json;
use super::tax::{Rate, TaxClass, Zone, rates, tax};
use html_escape::encode_safe;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil::DateTime};

/// The shop stands in Toronto, in winter.
pub(super) const SHOP_OFFSET: Offset = Offset::constant(-5);
/// Ids of tax lines, coupons' and lines' meta data follow the order's own by this much.
const TAX_LINE_IDS: u64 = 50;
const META_IDS: u64 = 7;

pub fn render(catalogue: &Catalogue, order: &Order) -> Vec<u8> {
    php_json::encode(&body(catalogue, order)).expect("plain structs of texts and numbers encode")
}

fn body<'a>(catalogue: &'a Catalogue, order: &'a Order) -> Body<'a> {
    let line_tax = order.line_tax(catalogue);
    let needs_payment = order.paid_at.is_none()
        && matches!(
            order.status,
            Status::CheckoutDraft | Status::Pending | Status::Failed
        );
    let order_key = format!("wc_order_{:013x}", order.id.wrapping_mul(0x9e37_79b9));
    Body {
        id: order.id,
        parent_id: 0,
        status: order.status.as_str(),
        currency: order.zone.currency(),
        version: "10.0.2",
        prices_include_tax: order.zone == Zone::France,
        date_created: local(order.created_at),
        date_modified: local(order.modified_at),
        discount_total: money(order.discount()),
        discount_tax: money(order.line_tax_undiscounted(catalogue) - line_tax),
        shipping_total: money(order.shipping_total()),
        shipping_tax: money(order.shipping_tax()),
        cart_tax: money(line_tax + order.fee_tax()),
        total: money(order.total(catalogue)),
        total_tax: money(order.total_tax(catalogue)),
        customer_id: order.customer_id,
        payment_url: format!(
            "{SOURCE}checkout/order-pay/{}/?pay_for_order=true&key={order_key}",
            order.id
        ),
        order_key,
        billing: billing(&order.person),
        shipping: shipping_address(&order.person),
        payment_method: order.means.method(),
        payment_method_title: order.means.title(),
        transaction_id: order
            .paid_at
            .map_or_else(String::new, |_| format!("txn-{}", order.id)),
        customer_ip_address: match order.via {
            Via::StoreApi => "127.0.0.1",
            Via::RestApi | Via::Admin => "",
        },
        customer_user_agent: "",
        created_via: order.via.as_str(),
        customer_note: order.note,
        date_completed: order.completed_at.map(local),
        date_paid: order.paid_at.map(local),
        cart_hash: "",
        number: &order.number,
        meta_data: order_meta(order),
        line_items: order
            .lines
            .iter()
            .map(|line| line_item(catalogue, order, line))
            .collect(),
        tax_lines: order
            .tax_lines(catalogue)
            .into_iter()
            .zip(order.id * 100 + TAX_LINE_IDS..)
            .map(tax_line)
            .collect(),
        shipping_lines: order
            .shipping
            .iter()
            .map(|line| shipping_line(order.zone, line))
            .collect(),
        fee_lines: order
            .fees
            .iter()
            .map(|fee| fee_line(order.zone, fee))
            .collect(),
        coupon_lines: order
            .coupon
            .iter()
            .map(|coupon| coupon_line(catalogue, order, *coupon))
            .collect(),
        refunds: order.refunds.iter().map(refund).collect(),
        is_editable: matches!(order.status, Status::Pending | Status::OnHold),
        needs_payment,
        needs_processing: true,
        date_created_gmt: gmt(order.created_at),
        date_modified_gmt: gmt(order.modified_at),
        date_completed_gmt: order.completed_at.map(gmt),
        date_paid_gmt: order.paid_at.map(gmt),
        currency_symbol: order.zone.currency_symbol(),
        _links: links(order),
    }
}

fn billing(person: &Person) -> Billing<'_> {
    Billing {
        first_name: person.first_name,
        last_name: &person.last_name,
        company: person.company,
        address_1: person.street,
        address_2: person.flat,
        city: person.city,
        state: person.state,
        postcode: person.postcode,
        country: person.country,
        email: &person.email,
        phone: person.phone,
    }
}

fn shipping_address(person: &Person) -> ShipTo<'_> {
    ShipTo {
        first_name: person.first_name,
        last_name: &person.last_name,
        company: person.company,
        address_1: person.street,
        address_2: person.flat,
        city: person.city,
        state: person.state,
        postcode: person.postcode,
        country: person.country,
        phone: "",
    }
}

fn order_meta(order: &Order) -> Vec<Meta<'static>> {
    let plain = |id, key, value: &str| Meta {
        id,
        key,
        value: value.to_owned(),
        display_key: None,
        display_value: None,
    };
    let id = order.id * META_IDS;
    match order.via {
        Via::RestApi => Vec::new(),
        Via::Admin => vec![plain(id, "_wc_order_attribution_source_type", "admin")],
        Via::StoreApi => vec![
            plain(id, "_coupons_hash", "d751713988987e9331980363e24189ce"),
            plain(id + 1, "_fees_hash", "d751713988987e9331980363e24189ce"),
            plain(id + 2, "is_vat_exempt", "no"),
        ],
    }
}

fn line_item<'a>(catalogue: &'a Catalogue, order: &Order, line: &Line) -> LineItem<'a> {
    let product = line.product(catalogue);
    let name = product.map_or(PLUGIN_LINE, |product| &product.name);
    let (product_id, variation_id, sku, parent_name) = match product {
        None => (0, 0, None, None),
        Some(product) if !line.is_forgotten => (
            product.product_id,
            product.variation_id,
            Some(product.sku.as_str()),
            product.parent_name,
        ),
        // A variation's parent stays, and the line is shown as if it were of that.
        Some(product) => match &product.parent_sku {
            Some(sku) => (product.product_id, 0, Some(sku.as_str()), None),
            None => (0, 0, None, None),
        },
    };
    let class = line.class(catalogue);
    LineItem {
        id: line.id,
        name: encode_safe(name).into_owned(),
        product_id,
        variation_id,
        quantity: line.quantity,
        tax_class: match class {
            TaxClass::Standard | TaxClass::Exempt => "",
            TaxClass::Reduced => "reduced-rate",
        },
        subtotal: money(line.subtotal()),
        subtotal_tax: money(tax(order.zone, class, line.subtotal())),
        total: money(line.total()),
        total_tax: money(tax(order.zone, class, line.total())),
        taxes: rates(order.zone, class)
            .iter()
            .map(|rate| Tax {
                id: rate.id,
                total: money(rate.on(line.total())),
                subtotal: money(rate.on(line.subtotal())),
            })
            .collect(),
        meta_data: line_meta(catalogue, order, line),
        sku,
        price: price(line),
        image: Image { id: 0, src: "" },
        parent_name,
    }
}

fn line_meta<'a>(catalogue: &'a Catalogue, order: &Order, line: &Line) -> Vec<Meta<'a>> {
    let mut id = line.id * META_IDS;
    let mut meta = Vec::new();
    let mut add = |key: &'a str, label: &'a str, value: String| {
        id += 1;
        meta.push(Meta {
            id,
            key,
            display_key: Some(label),
            display_value: Some(value.clone()),
            value,
        });
    };
    let Some(product) = line.product(catalogue) else {
        return meta;
    };
    for (key, label, value) in &product.attributes {
        add(key, label, (*value).to_owned());
    }
    let taken = match order.status {
        Status::OnHold | Status::Processing | Status::Completed | Status::Refunded => {
            line.quantity - line.restocked
        }
        Status::CheckoutDraft
        | Status::Pending
        | Status::Cancelled
        | Status::Failed
        | Status::Packing => 0,
    };
    if taken > 0 {
        add("_reduced_stock", "_reduced_stock", taken.to_string());
    }
    if line.restocked > 0 {
        let key = "_restock_refunded_items";
        add(key, key, line.restocked.to_string());
    }
    meta
}

/// Total by quantity, as a number; nobody should use it.
fn price(line: &Line) -> f64 {
    let cents = i32::try_from(line.total()).unwrap_or(i32::MAX);
    let quantity = i32::try_from(line.quantity).unwrap_or(i32::MAX);
    f64::from(cents) / 100.0 / f64::from(quantity)
}

fn tax_line(((rate, goods, shipping), id): ((Rate, i64, i64), u64)) -> TaxLine {
    TaxLine {
        id,
        rate_code: rate.code,
        rate_id: rate.id,
        label: rate.label,
        compound: false,
        tax_total: money(goods),
        shipping_tax_total: money(shipping),
        rate_percent: rate.percent,
        meta_data: [],
    }
}

fn shipping_line(zone: Zone, line: &Shipping) -> ShippingLine {
    ShippingLine {
        id: line.id,
        method_title: line.title,
        method_id: line.method,
        instance_id: "",
        total: money(line.total),
        total_tax: money(tax(zone, TaxClass::Standard, line.total)),
        taxes: service_taxes(zone, line.total),
        tax_status: "taxable",
        meta_data: [],
    }
}

fn fee_line(zone: Zone, fee: &Fee) -> FeeLine {
    FeeLine {
        id: fee.id,
        name: fee.name,
        tax_class: "",
        tax_status: if fee.total < 0 { "none" } else { "taxable" },
        amount: "",
        total: money(fee.total),
        total_tax: money(tax(zone, TaxClass::Standard, fee.total)),
        taxes: service_taxes(zone, fee.total),
        meta_data: [],
    }
}

fn service_taxes(zone: Zone, cents: i64) -> Vec<Tax> {
    rates(zone, TaxClass::Standard)
        .iter()
        .map(|rate| Tax {
            id: rate.id,
            total: money(rate.on(cents)),
            subtotal: String::new(),
        })
        .collect()
}

fn coupon_line(catalogue: &Catalogue, order: &Order, coupon: Coupon) -> CouponLine {
    let info = r#"[23,"ete10","percent",10]"#;
    CouponLine {
        id: coupon.id,
        code: "ete10",
        discount: short_money(order.discount()),
        discount_tax: short_money(
            order.line_tax_undiscounted(catalogue) - order.line_tax(catalogue),
        ),
        meta_data: [Meta {
            id: coupon.id * META_IDS,
            key: "coupon_info",
            value: info.to_owned(),
            display_key: Some("coupon_info"),
            display_value: Some(info.to_owned()),
        }],
        discount_type: "percent",
        nominal_amount: 10,
        free_shipping: false,
    }
}

fn refund(refund: &Refund) -> RefundEntry {
    RefundEntry {
        id: refund.id,
        reason: refund.reason,
        total: money(-refund.amount),
    }
}

fn links(order: &Order) -> Links {
    let orders = format!("{SOURCE}wp-json/wc/v3/orders");
    let itself = format!("{orders}/{}", order.id);
    Links {
        email_templates: [Embeddable {
            embeddable: true,
            href: format!("{itself}/actions/email_templates"),
        }],
        itself: [Itself {
            href: itself,
            target_hints: Hints {
                allow: ["GET", "POST", "PUT", "PATCH", "DELETE"],
            },
        }],
        collection: [Link { href: orders }],
        customer: (order.customer_id > 0).then(|| {
            [Link {
                href: format!("{SOURCE}wp-json/wc/v3/customers/{}", order.customer_id),
            }]
        }),
    }
}

/// Cents as "-23.00".
fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

/// Cents as "7.6" or "5": so the shop writes discounts.
fn short_money(cents: i64) -> String {
    let text = money(cents);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(super) fn local(at: Timestamp) -> String {
    text(at.to_zoned(TimeZone::fixed(SHOP_OFFSET)).datetime())
}

pub(super) fn gmt(at: Timestamp) -> String {
    text(at.to_zoned(TimeZone::UTC).datetime())
}

/// Seconds, and no zone.
fn text(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
