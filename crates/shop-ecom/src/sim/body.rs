//! The shop's documents, as its API writes them: amounts are floating-point numbers, and sums of
//! such are not always round.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Shop;
use super::live::Access;
use super::order::{Charge, Line, Order, WRITTEN_LINE};
use super::person::Person;
use super::tax::{TaxClass, tax, taxes};

/// An order of `shop`.
pub(super) fn order(shop: &Shop, order: &Order) -> Value {
    let (pricing, catalogue) = (shop.pricing, &shop.catalogue);
    let on_top = if pricing.includes_tax() {
        0
    } else {
        order.tax(pricing, catalogue)
    };
    // Added up by floats, as the shop does.
    let subtotal: f64 = order.lines.iter().map(|line| double(line.subtotal())).sum();
    let coupon: i64 = order.lines.iter().map(|line| line.coupon).sum();
    let charges: f64 = order.charges().map(|charge| double(charge.cents)).sum();
    let before_gift_card =
        subtotal - double(coupon) - double(order.promotion) + charges + double(on_top);
    let total = before_gift_card - double(order.gift_card);
    let tax_total = order.tax(pricing, catalogue);
    let mut body = json!({
        "id": order.id,
        "internalId": order.internal_id,
        "orderNumber": order.internal_id,
        "vendorOrderNumber": order.id,
        "publicUid": order.id,
        "email": order.person.email,
        "paymentStatus": order.status.as_str(),
        "fulfillmentStatus": order.fulfilment.as_str(),
        "paymentMethod": order.method,
        "paymentModule": "STRIPE",
        "externalTransactionId": "pi_test",
        "subtotal": subtotal,
        "subtotalWithoutTax": subtotal,
        "total": total,
        "totalWithoutTax": total - double(tax_total),
        "giftCardRedemption": double(order.gift_card),
        "totalBeforeGiftCardRedemption": before_gift_card,
        "tax": double(tax_total),
        "couponDiscount": double(coupon),
        "volumeDiscount": double(order.promotion),
        "membershipBasedDiscount": 0,
        "totalAndMembershipBasedDiscount": 0,
        "discount": double(order.promotion),
        "customDiscount": [],
        "customSurcharges": [],
        "pricesIncludeTax": pricing.includes_tax(),
        "refundedAmount": double(order.refunded()),
        "refunds": order.refunds.iter().map(|refund| json!({
            "date": date(refund.at),
            "source": "CP",
            "reason": "geste",
            "amount": double(refund.cents),
        })).collect::<Vec<_>>(),
        "createDate": date(order.created_at),
        "createTimestamp": order.created_at.as_second(),
        "updateDate": date(order.modified_at),
        "updateTimestamp": order.modified_at.as_second(),
        "customerId": 270_919_557,
        "items": order.lines.iter().map(|line| item(shop, line)).collect::<Vec<_>>(),
        "handlingFee": handling(shop, order.handling.as_ref()),
        "billingPerson": person(&order.person),
        "shippingPerson": person(&order.person),
        "lang": "fr",
    });
    if let Some(tips) = &order.tips {
        body["customSurcharges"] = json!([surcharge(tips)]);
    }
    if let Some(shipping) = &order.shipping {
        let tax = tax(pricing, shipping.class, shipping.cents);
        let without = if pricing.includes_tax() { tax } else { 0 };
        body["shippingOption"] = json!({
            "shippingMethodName": shipping.name,
            "shippingRate": double(shipping.cents),
            "shippingRateWithoutTax": double(shipping.cents - without),
            "isPickup": shipping.cents == 0,
            "fulfillmentType": if shipping.cents == 0 { "PICKUP" } else { "SHIPPING" },
        });
        body["taxesOnShipping"] = listed(shop, shipping.class, shipping.cents);
    }
    body
}

/// The store itself.
pub(super) fn profile(shop: &Shop, access: &Access) -> Value {
    json!({
        "generalInfo": {
            "storeId": access.store,
            "storeUrl": format!("https://store{}.example", access.store),
        },
        "settings": {"storeName": format!("Boutique {}", access.store)},
        "formatsAndUnits": {
            "currency": shop.pricing.currency(),
            "currencyPrecision": 2,
            "weightUnit": "KILOGRAM",
            "dimensionsUnit": "CM",
            "timezone": "Europe/Paris",
        },
        "taxSettings": {"pricesIncludeTax": shop.pricing.includes_tax()},
        "languages": {"enabledLanguages": ["fr"], "defaultLanguage": "fr"},
    })
}

fn item(shop: &Shop, line: &Line) -> Value {
    let product = line.product(&shop.catalogue);
    let class = line.class(&shop.catalogue);
    let tax = tax(shop.pricing, class, line.amount());
    let unit = double(line.unit_cents);
    let mut item = json!({
        "id": line.id,
        "sku": product.map_or("", |product| &product.sku),
        "name": product.map_or(WRITTEN_LINE, |product| &product.name),
        "quantity": line.quantity,
        "price": unit,
        "priceWithoutTax": unit,
        "productPrice": unit,
        "tax": double(tax),
        "quantityInStock": 3,
        "trackQuantity": true,
        "isShippingRequired": true,
        "selectedOptions": [],
        "taxes": listed(shop, class, line.amount()),
    });
    if line.coupon_stated > 0 {
        item["couponAmount"] = json!(double(line.coupon_stated));
    }
    if line.promotion > 0 {
        item["discounts"] = json!([{
            "discountInfo": {"value": double(line.promotion), "type": "ABS", "base": "SUBTOTAL"},
            "total": double(line.promotion),
        }]);
    }
    if let Some(product) = product {
        item["productId"] = json!(product.product_id);
        item["externalReferenceId"] = json!(format!("pos-{}", product.product_id));
        if let (Some(combination), Some((name, value))) = (product.combination_id, product.option) {
            item["combinationId"] = json!(combination);
            item["selectedOptions"] = json!([{
                "name": name,
                "type": "CHOICE",
                "value": value,
                "valuesArray": [value],
                "selections": [{
                    "selectionTitle": value,
                    "selectionModifier": 0,
                    "selectionModifierType": "ABSOLUTE",
                }],
            }]);
        }
    }
    item
}

fn handling(shop: &Shop, charge: Option<&Charge>) -> Value {
    let Some(charge) = charge else {
        return json!({"name": "", "value": 0, "valueWithoutTax": 0, "taxes": []});
    };
    let tax = tax(shop.pricing, charge.class, charge.cents);
    let within = if shop.pricing.includes_tax() { tax } else { 0 };
    json!({
        "name": charge.name,
        "value": double(charge.cents),
        "valueWithoutTax": double(charge.cents - within),
        "taxes": listed(shop, charge.class, charge.cents),
    })
}

fn surcharge(charge: &Charge) -> Value {
    json!({
        "id": "tips",
        "value": double(charge.cents),
        "type": "ABSOLUTE",
        "total": double(charge.cents),
        "totalWithoutTax": double(charge.cents),
        "description": charge.name,
        "taxable": false,
        "taxes": [],
    })
}

fn listed(shop: &Shop, class: TaxClass, cents: i64) -> Value {
    taxes(shop.pricing, class, cents)
        .iter()
        .map(|(rate, tax)| {
            json!({
                "name": rate.name,
                "value": rate.percent,
                "total": double(*tax),
                "includeInPrice": shop.pricing.includes_tax(),
            })
        })
        .collect()
}

fn person(person: &Person) -> Value {
    let Person {
        name,
        street,
        city,
        country,
        postcode,
        email: _,
        phone,
    } = person;
    json!({
        "name": name,
        "street": street,
        "city": city,
        "countryCode": country,
        "postalCode": postcode,
        "phone": phone,
    })
}

/// `2026-01-05 09:00:00 +0000`.
pub(super) fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S +0000").to_string()
}

/// Cents as the floating-point number of the API.
pub(super) fn double(cents: i64) -> f64 {
    f64::from(i32::try_from(cents).unwrap_or(i32::MAX)) / 100.0
}
