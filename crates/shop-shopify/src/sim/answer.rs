//! An order as the Admin API answers it: every field that the operations ask for.

use serde_json::{Value, json};

use super::catalogue::Catalogue;
use super::order::{HAND_TYPED, Line, Order, Payment, Refund, TransactionKind, tax};
use super::person::Person;

/// The order, its lists whole.
pub(super) fn order(catalogue: &Catalogue, order: &Order) -> Value {
    let teller = Teller { catalogue, order };
    let mut answer = teller.head();
    let lines: Vec<Value> = (0..order.lines.len())
        .map(|place| teller.line(place))
        .collect();
    let lists = json!({
        "lineItems": page(&lines),
        "shippingLines": page(teller.shipping().as_slice()),
        "transactions": order.payments.iter().map(|p| teller.transaction(p)).collect::<Vec<_>>(),
        "refunds": order.refunds.iter().map(|refund| teller.refund(refund)).collect::<Vec<_>>(),
        "fulfillments": [],
    });
    if let (Value::Object(answer), Value::Object(lists)) = (&mut answer, lists) {
        answer.extend(lists);
    }
    answer
}

pub(super) fn gid(kind: &str, id: u64) -> String {
    format!("gid://shopify/{kind}/{id}")
}

fn page(nodes: &[Value]) -> Value {
    json!({ "nodes": nodes, "pageInfo": { "hasNextPage": false, "endCursor": null } })
}

/// `4905` is `"49.05"`, `2000` is `"20.0"`.
fn decimal(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:02}", (cents / 100).abs(), (cents % 100).abs());
    text.strip_suffix('0').map_or(text.clone(), str::to_owned)
}

struct Teller<'a> {
    catalogue: &'a Catalogue,
    order: &'a Order,
}

impl Teller<'_> {
    /// Abroad a euro is 1.08 dollars.
    fn bag(&self, cents: i64) -> Value {
        let (presented, currency) = if self.order.abroad {
            (cents * 108 / 100, "USD")
        } else {
            (cents, "EUR")
        };
        json!({
            "shopMoney": { "amount": decimal(cents), "currencyCode": "EUR" },
            "presentmentMoney": { "amount": decimal(presented), "currencyCode": currency },
        })
    }

    fn tax_lines(&self, cents: i64) -> Value {
        if cents == 0 {
            return json!([]);
        }
        json!([{
            "title": "TVA", "rate": 0.21, "ratePercentage": 21.0, "source": null,
            "channelLiable": false, "priceSet": self.bag(cents),
        }])
    }

    fn head(&self) -> Value {
        let Order {
            id,
            number,
            created_at,
            updated_at,
            cancelled_at,
            test,
            taxes_included,
            abroad,
            fulfilled,
            edited,
            tagged,
            lines: _,
            shipping,
            tip,
            gap: _,
            payments: _,
            refunds: _,
            person,
        } = self.order;
        let (total, taxes) = self.order.before_returns(self.catalogue);
        let (current, current_taxes) = self.order.current(self.catalogue);
        let (received, back) = (self.order.received(), self.order.given_back());
        let shipped = shipping.as_ref().map_or(0, |shipping| shipping.cents);
        let open = (current - received + back).max(0);
        let bag = |cents| self.bag(cents);
        let at = created_at.to_string();
        let mut head = json!({
            "id": gid("Order", *id),
            "legacyResourceId": id.to_string(),
            "name": format!("#{number}"),
            "number": number,
            "confirmationNumber": null,
            "sourceName": "web",
            "sourceIdentifier": null,
            "test": test,
            "confirmed": true,
            "closed": false,
            "edited": edited,
            "cancelReason": cancelled_at.map(|_| "CUSTOMER"),
            "cancelledAt": cancelled_at.map(|at| at.to_string()),
            "closedAt": null,
            "createdAt": at,
            "processedAt": at,
            "updatedAt": updated_at.to_string(),
            "currencyCode": "EUR",
            "presentmentCurrencyCode": if *abroad { "USD" } else { "EUR" },
            "taxesIncluded": taxes_included,
            "taxExempt": false,
            "estimatedTaxes": false,
            "dutiesIncluded": false,
            "displayFinancialStatus": self.financial_status(),
            "displayFulfillmentStatus": if *fulfilled { "FULFILLED" } else { "UNFULFILLED" },
            "returnStatus": "NO_RETURN",
            "fullyPaid": open == 0 && received > 0,
            "unpaid": received == 0,
            "canMarkAsPaid": open > 0,
            "requiresShipping": shipping.is_some(),
            "restockable": true,
            "paymentGatewayNames": [],
            "note": null,
            "poNumber": null,
            "tags": if *tagged { json!(["fidèle"]) } else { json!([]) },
            "discountCodes": [],
            "customAttributes": [],
            "retailLocation": null,
            "paymentTerms": null,
        });
        let money = json!({
            "subtotalPriceSet": bag(total - shipped - tip - if *taxes_included { 0 } else { taxes }),
            "totalDiscountsSet": bag(self.order.lines.iter().map(|l| l.discount_cents * l.quantity).sum()),
            "totalShippingPriceSet": bag(shipped),
            "totalTaxSet": bag(taxes),
            "totalTipReceivedSet": bag(*tip),
            "totalPriceSet": bag(total),
            "totalReceivedSet": bag(received),
            "totalOutstandingSet": bag(open),
            "totalRefundedSet": bag(back),
            "totalRefundedShippingSet": bag(0),
            "netPaymentSet": bag(received - back),
            "originalTotalPriceSet": bag(total),
            "originalTotalDutiesSet": null,
            "originalTotalAdditionalFeesSet": null,
            "currentSubtotalPriceSet": bag(current - shipped - tip - if *taxes_included { 0 } else { current_taxes }),
            "currentShippingPriceSet": bag(shipped),
            "currentTotalDiscountsSet": bag(0),
            "currentTotalTaxSet": bag(current_taxes),
            "currentTotalDutiesSet": null,
            "currentTotalAdditionalFeesSet": null,
            "currentTotalPriceSet": bag(current),
            "refundDiscrepancySet": bag(0),
            "totalCashRoundingAdjustment": { "paymentSet": bag(0), "refundSet": bag(0) },
            "taxLines": self.tax_lines(taxes),
            "currentTaxLines": self.tax_lines(current_taxes),
            "additionalFees": [],
        });
        let parts = [money, buyer(person.as_ref())];
        if let Value::Object(head) = &mut head {
            for part in parts {
                if let Value::Object(part) = part {
                    head.extend(part);
                }
            }
        }
        head
    }

    fn financial_status(&self) -> &'static str {
        let (received, back) = (self.order.received(), self.order.given_back());
        let (due, _) = self.order.current(self.catalogue);
        let is_authorised = self
            .order
            .payments
            .iter()
            .any(|payment| payment.kind == TransactionKind::Authorization);
        if self.order.cancelled_at.is_some() && received == 0 {
            "VOIDED"
        } else if received == 0 && is_authorised {
            "AUTHORIZED"
        } else if received == 0 {
            "PENDING"
        } else if back >= received {
            "REFUNDED"
        } else if back > 0 {
            "PARTIALLY_REFUNDED"
        } else if received < due {
            "PARTIALLY_PAID"
        } else {
            "PAID"
        }
    }

    fn line(&self, place: usize) -> Value {
        let line = &self.order.lines[place];
        let Line {
            id,
            product: _,
            quantity,
            removed: _,
            unit_cents,
            discount_cents,
        } = line;
        let product = line.product(self.catalogue);
        let current = self.order.current_units(place);
        let taxes = line.tax(self.catalogue, self.order.taxes_included) * quantity;
        let name = product.map_or(HAND_TYPED, |product| &product.name);
        let sku = product
            .map(|product| &product.sku)
            .filter(|sku| !sku.is_empty());
        let is_gift_card = product.is_some_and(|product| product.is_gift_card);
        let discounts = if *discount_cents == 0 {
            json!([])
        } else {
            json!([{
                "allocatedAmountSet": self.bag(discount_cents * quantity),
                "discountApplication": {
                    "__typename": "DiscountCodeApplication",
                    "index": 0,
                    "allocationMethod": "ACROSS",
                    "targetSelection": "ALL",
                    "targetType": "LINE_ITEM",
                    "value": { "__typename": "PricingPercentageValue", "percentage": 10.0 },
                    "code": "BIENVENUE10",
                },
            }])
        };
        json!({
            "id": gid("LineItem", *id),
            "title": name,
            "variantTitle": null,
            "name": name,
            "sku": sku,
            "vendor": null,
            "quantity": quantity,
            "currentQuantity": current,
            "refundableQuantity": current,
            "nonFulfillableQuantity": 0,
            "unfulfilledQuantity": if self.order.fulfilled { 0 } else { current },
            "requiresShipping": !is_gift_card,
            "taxable": !is_gift_card,
            "isGiftCard": is_gift_card,
            "restockable": product.is_some(),
            "lineItemGroup": null,
            "variant": product.map(|product| json!({
                "id": gid("ProductVariant", product.variant_id),
                "barcode": null,
                "inventoryItem": {
                    "id": gid("InventoryItem", product.variant_id),
                    "sku": sku,
                    "tracked": true,
                },
            })),
            "product": product.map(|product| json!({ "id": gid("Product", product.product_id) })),
            "customAttributes": [],
            "originalUnitPriceSet": self.bag(*unit_cents),
            "originalTotalSet": self.bag(unit_cents * quantity),
            "discountedTotalSet": self.bag(unit_cents * quantity),
            "discountedUnitPriceAfterAllDiscountsSet": self.bag(line.price()),
            "priceAfterAllDiscountsBeforeTaxesSet": self.bag(
                line.price() * quantity - if self.order.taxes_included { taxes } else { 0 }
            ),
            "totalDiscountSet": self.bag(0),
            "discountAllocations": discounts,
            "taxLines": self.tax_lines(taxes),
            "duties": [],
        })
    }

    fn shipping(&self) -> Option<Value> {
        let shipping = self.order.shipping.as_ref()?;
        let price = self.bag(shipping.cents);
        Some(json!({
            "id": gid("ShippingLine", shipping.id),
            "title": shipping.title,
            "code": null,
            "source": "shopify",
            "carrierIdentifier": null,
            "deliveryCategory": null,
            "custom": false,
            "isRemoved": false,
            "originalPriceSet": price,
            "discountedPriceSet": price,
            "currentDiscountedPriceSet": price,
            "discountAllocations": [],
            "taxLines": self.tax_lines(tax(shipping.cents, 21, self.order.taxes_included)),
        }))
    }

    fn transaction(&self, payment: &Payment) -> Value {
        let Payment {
            id,
            kind,
            succeeded,
            gateway,
            cents,
            at,
        } = payment;
        json!({
            "id": gid("OrderTransaction", *id),
            "kind": kind.as_str(),
            "status": if *succeeded { "SUCCESS" } else { "PENDING" },
            "gateway": gateway,
            "formattedGateway": gateway,
            "manualPaymentGateway": *gateway == "Bank Deposit",
            "test": self.order.test,
            "createdAt": at.to_string(),
            "processedAt": at.to_string(),
            "paymentId": null,
            "errorCode": null,
            "amountSet": self.bag(*cents),
            "amountRoundingSet": null,
            "totalUnsettledSet": null,
            "parentTransaction": null,
        })
    }

    fn refund(&self, refund: &Refund) -> Value {
        let Refund {
            id,
            at,
            lines,
            transaction,
            cents,
        } = refund;
        let lines = lines.iter().map(|back| {
            let line = &self.order.lines[back.line];
            let taxes = line.tax(self.catalogue, self.order.taxes_included);
            json!({
                "id": gid("RefundLineItem", back.id),
                "quantity": back.units,
                "restockType": if back.restocked { "RETURN" } else { "NO_RESTOCK" },
                "restocked": back.restocked,
                "location": null,
                "lineItem": { "id": gid("LineItem", line.id) },
                "priceSet": self.bag(line.price()),
                "subtotalSet": self.bag(line.price() * back.units),
                "totalTaxSet": self.bag(taxes * back.units),
            })
        });
        let payments = self.order.payments.iter();
        let payments: Vec<Value> = payments
            .filter(|payment| Some(payment.id) == *transaction)
            .map(|payment| self.transaction(payment))
            .collect();
        json!({
            "id": gid("Refund", *id),
            "legacyResourceId": id.to_string(),
            "createdAt": at.to_string(),
            "processedAt": at.to_string(),
            "updatedAt": at.to_string(),
            "note": null,
            "return": null,
            "totalRefundedSet": self.bag(*cents),
            "duties": [],
            "refundLineItems": page(&lines.collect::<Vec<_>>()),
            "refundShippingLines": page(&[]),
            "orderAdjustments": page(&[]),
            "transactions": page(&payments),
        })
    }
}

fn buyer(person: Option<&Person>) -> Value {
    let address = person.map(|person| {
        json!({
            "firstName": person.first_name,
            "lastName": person.last_name,
            "name": format!("{} {}", person.first_name, person.last_name),
            "company": null,
            "address1": person.street,
            "address2": null,
            "city": "Bruxelles",
            "zip": "1000",
            "province": null,
            "provinceCode": null,
            "country": "Belgium",
            "countryCodeV2": "BE",
            "phone": person.phone,
        })
    });
    json!({
        "email": person.map(|person| &person.email),
        "phone": null,
        "customerLocale": "fr-BE",
        "customer": person.map(|person| json!({
            "id": gid("Customer", 7_012_345_678_901 + person.number),
            "legacyResourceId": (7_012_345_678_901 + person.number).to_string(),
            "firstName": person.first_name,
            "lastName": person.last_name,
            "locale": "fr-BE",
            "taxExempt": false,
            "defaultEmailAddress": { "emailAddress": person.email },
            "defaultPhoneNumber": null,
        })),
        "billingAddress": address,
        "shippingAddress": address,
    })
}
