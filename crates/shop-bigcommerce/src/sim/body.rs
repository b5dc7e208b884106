//! Orders and their sub-resources as the API answers them.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use shop::sim::ProductEdits;

use super::Options;
use super::catalogue::Catalogue;
use super::money::{Fine, number, tax_in, text};
use super::order::{
    AWAITING_FULFILLMENT, AWAITING_PAYMENT, CANCELLED, DECLINED, Fee, LABELS, Line, Order,
    PARTIALLY_REFUNDED, REFUNDED, Refund, Transaction,
};

/// The one address of an order that is shipped somewhere.
const ADDRESS_IDS: u64 = 1_000_000;

/// Writes orders for people who ask the store `hash`.
pub struct Writer<'a> {
    pub hash: &'a str,
    pub catalogue: &'a Catalogue,
    pub edits: &'a ProductEdits,
}

impl Writer<'_> {
    pub fn order(&self, order: &Order) -> Value {
        let catalogue = self.catalogue;
        let label = LABELS
            .get(usize::from(order.status))
            .copied()
            .unwrap_or_default();
        let total = order.total(catalogue);
        let tax = order.tax(catalogue);
        let mut fields = Map::new();
        for (name, gross) in [
            ("subtotal", order.subtotal(catalogue)),
            ("shipping_cost", order.shipping),
            ("handling_cost", order.handling),
            ("wrapping_cost", order.wrapping),
        ] {
            taxed(&mut fields, name, gross);
        }
        for name in ["shipping", "handling", "wrapping"] {
            let net = fields[&format!("{name}_cost_ex_tax")].clone();
            fields.insert(format!("base_{name}_cost"), net);
            fields.insert(format!("{name}_cost_tax_class_id"), json!(2));
        }
        let rest = json!({
            "id": order.id,
            "customer_id": order.buyer,
            "date_created": date(order.created_at),
            "date_modified": date(order.modified_at),
            "date_shipped": "",
            "status_id": order.status,
            "status": label,
            "custom_status": label,
            "total_inc_tax": text(total),
            "total_ex_tax": text(total - tax),
            "total_tax": text(tax),
            "is_tax_inclusive_pricing": true,
            "items_total": order.lines.iter().map(|line| line.quantity).sum::<i64>(),
            "items_shipped": 0,
            "payment_method": order.method,
            "payment_provider_id": "",
            "payment_status": payment_status(order),
            "refunded_amount": "0.0000",
            "order_is_digital": false,
            "store_credit_amount": text(order.store_credit),
            "gift_certificate_amount": text(order.gift_certificate),
            "currency_code": order.currency.code,
            "currency_exchange_rate": "1.0000000000",
            "default_currency_code": order.currency.code,
            "store_default_currency_code": "EUR",
            "store_default_to_transactional_exchange_rate": "1.0000000000",
            "discount_amount": text(order.manual_discount),
            "coupon_discount": text(order.coupon()),
            "shipping_address_count": u8::from(order.is_shipped_somewhere()),
            "is_deleted": order.is_archived,
            "order_source": "www",
            "channel_id": 1,
            "billing_address": person(order.buyer),
            "products": self.link(order, "products"),
            "shipping_addresses": self.link(order, "shippingaddresses"),
            "coupons": self.link(order, "coupons"),
        });
        if let Value::Object(rest) = rest {
            fields.extend(rest);
        }
        Value::Object(fields)
    }

    fn link(&self, order: &Order, name: &str) -> Value {
        let resource = format!("/orders/{}/{name}", order.id);
        let url = format!(
            "https://api.bigcommerce.com/stores/{}/v2{resource}",
            self.hash
        );
        json!({"url": url, "resource": resource})
    }

    pub fn products(&self, order: &Order) -> Vec<Value> {
        order
            .lines
            .iter()
            .map(|line| self.product(order, line))
            .collect()
    }

    fn product(&self, order: &Order, line: &Line) -> Value {
        let product = self.catalogue.product(line.product);
        let edit = self.edits.of_order(order.id, line.product);
        let before = line.before(self.catalogue);
        let mut fields = Map::new();
        taxed(&mut fields, "price", before / line.quantity.max(1));
        taxed(&mut fields, "total", before);
        let discounts = if line.discount == 0 {
            json!([])
        } else {
            json!([{"id": "total-coupon", "amount": text(line.discount), "name": "DIX",
                "code": "DIX", "target": "order"}])
        };
        let rest = json!({
            "id": line.id,
            "order_id": order.id,
            "product_id": product.id,
            "variant_id": product.variant,
            "order_address_id": if order.is_shipped_somewhere() { ADDRESS_IDS + order.id } else { 0 },
            "name": edit.map_or(&product.name, |edit| &edit.name),
            "sku": edit.map_or(&product.sku, |edit| &edit.sku),
            "upc": edit.map_or(product.upc, |edit| &edit.barcode),
            "type": product.kind.as_str(),
            "quantity": line.quantity,
            "is_refunded": line.quantity_refunded == line.quantity,
            "quantity_refunded": line.quantity_refunded,
            "refund_amount": "0.0000",
            "parent_order_product_id": line.parent,
            "is_bundled_product": line.parent.is_some(),
            "applied_discounts": discounts,
            "discounted_total_inc_tax": text(line.after(self.catalogue)),
            "product_options": [],
        });
        if let Value::Object(rest) = rest {
            fields.extend(rest);
        }
        Value::Object(fields)
    }

    pub fn taxes(&self, order: &Order) -> Vec<Value> {
        let tax = text(order.tax(self.catalogue));
        vec![
            json!({"id": order.id, "order_id": order.id, "name": "TVA", "rate": "20.0000",
            "class": "Default Tax Class", "priority": 0, "priority_amount": tax, "line_amount": tax}),
        ]
    }
}

pub fn shipping_addresses(order: &Order) -> Vec<Value> {
    if !order.is_shipped_somewhere() {
        return Vec::new();
    }
    let mut address = person(order.buyer);
    if let Value::Object(fields) = &mut address {
        taxed(fields, "cost", order.shipping);
        taxed(fields, "handling_cost", order.handling);
        fields.insert("id".to_owned(), json!(ADDRESS_IDS + order.id));
        fields.insert("order_id".to_owned(), json!(order.id));
        fields.insert("shipping_method".to_owned(), json!("Colissimo"));
    }
    vec![address]
}

pub fn coupons(order: &Order) -> Vec<Value> {
    if order.coupon() == 0 {
        return Vec::new();
    }
    vec![
        json!({"id": order.id, "coupon_id": 1, "order_id": order.id, "code": "DIX",
        "amount": 10, "type": 1, "discount": number(order.coupon())}),
    ]
}

/// Not an array, unlike every other list of v2.
pub fn fees(order: &Order) -> Value {
    let fees: Vec<Value> = order.fees.iter().map(fee).collect();
    json!({"fees": fees})
}

fn fee(fee: &Fee) -> Value {
    let Fee { id, cost } = fee;
    let mut fields = Map::new();
    taxed(&mut fields, "cost", *cost);
    fields.insert("id".to_owned(), json!(id));
    fields.insert("type".to_owned(), json!("custom_fee"));
    fields.insert("display_name_customer".to_owned(), json!("Emballage"));
    Value::Object(fields)
}

pub fn refunds(order: &Order) -> Vec<Value> {
    let refunds = order.refunds.iter();
    refunds.map(|each| refund(order, each)).collect()
}

pub fn refund(order: &Order, refund: &Refund) -> Value {
    let Refund {
        id,
        payment,
        amount,
        at,
        is_declined,
        goods,
    } = refund;
    let item = match goods {
        Some((line, quantity)) => {
            json!({"item_type": "PRODUCT", "item_id": line, "quantity": quantity, "requested_amount": null})
        }
        None => {
            json!({"item_type": "ORDER", "item_id": order.id, "quantity": 1, "requested_amount": number(*amount)})
        }
    };
    json!({
        "id": id,
        "order_id": order.id,
        "user_id": 0,
        "created": iso(*at),
        "reason": "",
        "total_amount": number(*amount),
        "total_tax": number(tax_in(*amount)),
        "uses_merchant_override_values": false,
        "items": [item],
        "payments": [{"id": payment, "provider_id": "stripe", "amount": number(*amount),
            "offline": false, "is_declined": is_declined, "declined_message": ""}],
    })
}

pub fn transactions(order: &Order) -> Value {
    let rows: Vec<Value> = order
        .transactions
        .iter()
        .map(|each| transaction(order, each))
        .collect();
    let count = rows.len();
    json!({"data": rows, "meta": {"pagination": {"total": count, "count": count, "per_page": 50,
        "current_page": 1, "total_pages": 1, "links": {"current": "?page=1&limit=50"}}}})
}

fn transaction(order: &Order, transaction: &Transaction) -> Value {
    let Transaction {
        id,
        event,
        method,
        amount,
        at,
        is_ok,
    } = transaction;
    json!({
        "id": id,
        "order_id": order.id.to_string(),
        "event": event,
        "method": method,
        "amount": number(*amount),
        "currency": order.currency.code,
        "gateway": "stripe",
        "gateway_transaction_id": format!("gw-{id}"),
        "date_created": iso(*at),
        "test": false,
        "status": if *is_ok { "ok" } else { "error" },
        "fraud_review": false,
        "reference_transaction_id": null,
    })
}

fn payment_status(order: &Order) -> &'static str {
    if order.transactions.is_empty() {
        return "";
    }
    match order.status {
        REFUNDED => "refunded",
        PARTIALLY_REFUNDED => "partially refunded",
        CANCELLED | DECLINED => "void",
        AWAITING_PAYMENT => "pending",
        AWAITING_FULFILLMENT => "captured",
        _ if order.received() == 0 => "authorized",
        _ => "captured",
    }
}

/// `{name}_inc_tax`, `{name}_ex_tax` and `{name}_tax`.
fn taxed(fields: &mut Map<String, Value>, name: &str, gross: Fine) {
    let tax = tax_in(gross);
    fields.insert(format!("{name}_inc_tax"), json!(text(gross)));
    fields.insert(format!("{name}_ex_tax"), json!(text(gross - tax)));
    fields.insert(format!("{name}_tax"), json!(text(tax)));
}

/// Invented people. Every name and address carries a canary, so that a search of logs can prove that
/// nothing personal is there.
fn person(number: u64) -> Value {
    json!({
        "first_name": "Zoé",
        "last_name": format!("Kanariva {number}"),
        "company": "",
        "street_1": "12 rue Serinova",
        "street_2": "",
        "city": "Lyon",
        "state": "Rhône",
        "zip": "69001",
        "country": "France",
        "country_iso2": "FR",
        "phone": "04 555-0142",
        "email": email(number),
        "form_fields": [],
    })
}

pub fn email(number: u64) -> String {
    format!("Zoe.{number}@Kanariva.test")
}

/// The store about itself. What people ask of the owner is of nobody.
pub fn store(options: &Options) -> Value {
    let hash = &options.hash;
    json!({
        "id": hash,
        "account_uuid": "8d4d492f-17a1-4d95-b396-e1c5720815a5",
        "domain": "serinova.example",
        "secure_url": "https://serinova.example",
        "control_panel_base_url": format!("https://store-{hash}.mybigcommerce.example"),
        "status": "live",
        "name": "Serinova",
        "first_name": "Zoé",
        "last_name": "Kanariva",
        "address": "12 rue Serinova",
        "country": "France",
        "country_code": "FR",
        "phone": "04 555-0142",
        "admin_email": "zoe@kanariva.test",
        "order_email": "zoe@kanariva.test",
        "timezone": {"name": "Europe/Paris", "raw_offset": 3_600, "dst_offset": 7_200, "dst_correction": true,
            "date_format": {"display": "j M Y", "export": "j M Y", "extended_display": "j M Y @ H:i"}},
        "language": "fr",
        "currency": "EUR",
        "currency_symbol": "€",
        "decimal_separator": ",",
        "thousands_separator": " ",
        "decimal_places": 2,
        "currency_symbol_location": "right",
        "weight_units": options.weight_units,
        "dimension_units": options.dimension_units,
        "plan_name": "Standard",
        "plan_level": "Standard",
        "plan_is_trial": false,
        "is_price_entered_with_tax": options.prices_include_tax,
        "store_id": 1_025_646,
        "default_channel_id": 1,
    })
}

pub fn date(at: Timestamp) -> String {
    rfc2822::to_string(&at.to_zoned(TimeZone::UTC)).unwrap_or_default()
}

fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}
