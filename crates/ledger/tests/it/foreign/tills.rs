//! At tills, and with goods and people.

use proto::convert::{money_into, quantity_into};
use proto::ledger as wire;
use retail::Quantity;
use uuid::Uuid;

use super::furnished::{Things, a_line, act};
use super::{Question, ask};
use crate::order::cad;

pub fn at_tills(own: &Things, other: &Things) -> Vec<Question> {
    let retailer_id = || own.retailer.clone();
    let sold = |register: &String| wire::RecordSaleRequest {
        retailer_id: retailer_id(),
        register_id: register.clone(),
        payments: vec![wire::TillTender {
            payment_type: "cash".to_owned(),
            amount: None,
        }],
        act: Some(act()),
        ..Default::default()
    };
    let line = |item: &String| vec![a_line(wire::sold_till_line::Item::ItemId(item.clone()))];
    let paid = |sale: &String, register: &String| wire::ApplyPaymentRequest {
        retailer_id: retailer_id(),
        sale_id: sale.clone(),
        register_id: register.clone(),
        payment_type: "cash".to_owned(),
        amount: Some(money_into(cad(100))),
        act: Some(act()),
        ..Default::default()
    };
    vec![
        ask("Payments/ApplyPayment", &paid(&other.sale, &own.register)),
        ask("Payments/ApplyPayment", &paid(&other.sale, &String::new())),
        ask("Payments/ApplyPayment", &paid(&own.sale, &other.register)),
        ask(
            "Payments/SetPaymentType",
            &wire::SetPaymentTypeRequest {
                retailer_id: retailer_id(),
                payment_type: Some(wire::PaymentType {
                    payment_type: "cash".to_owned(),
                    name: "Coins".to_owned(),
                }),
                act: Some(act()),
            },
        ),
        ask(
            "Payments/MapPaymentMethod",
            &wire::MapPaymentMethodRequest {
                retailer_id: retailer_id(),
                payment_method: Some(wire::PaymentMethod {
                    connection_id: other.connection.clone(),
                    method: "card".to_owned(),
                    payment_type: "cash".to_owned(),
                }),
                act: Some(act()),
            },
        ),
        ask(
            "Tills/RecordSale",
            &wire::RecordSaleRequest {
                lines: line(&own.item),
                ..sold(&other.register)
            },
        ),
        ask(
            "Tills/RecordSale",
            &wire::RecordSaleRequest {
                lines: line(&other.item),
                ..sold(&own.register)
            },
        ),
        ask(
            "Tills/RecordSale",
            &wire::RecordSaleRequest {
                lines: line(&own.item),
                customer: Some(wire::record_sale_request::Customer::CustomerId(
                    other.customer.clone(),
                )),
                ..sold(&own.register)
            },
        ),
        ask(
            "Tills/RecordSale",
            &wire::RecordSaleRequest {
                returns: vec![wire::ReturnedTillLine {
                    sale_id: other.sale.clone(),
                    line_key: "line:1".to_owned(),
                    quantity: Some(quantity_into(Quantity::units(1).unwrap())),
                    without_restocking: false,
                }],
                ..sold(&own.register)
            },
        ),
        ask(
            "Tills/VoidSale",
            &wire::VoidSaleRequest {
                retailer_id: retailer_id(),
                sale_id: other.till_sale.clone(),
                register_id: own.register.clone(),
                act: Some(act()),
            },
        ),
        ask(
            "Tills/VoidSale",
            &wire::VoidSaleRequest {
                retailer_id: retailer_id(),
                sale_id: own.till_sale.clone(),
                register_id: other.register.clone(),
                act: Some(act()),
            },
        ),
        ask(
            "Registers/OpenSession",
            &wire::OpenSessionRequest {
                retailer_id: retailer_id(),
                register_id: other.register.clone(),
                float: Some(money_into(cad(0))),
                act: Some(act()),
            },
        ),
        ask(
            "Registers/CloseSession",
            &wire::CloseSessionRequest {
                retailer_id: retailer_id(),
                register_id: other.register.clone(),
                counted: vec![wire::CountedAmount {
                    payment_type: "cash".to_owned(),
                    amount: Some(money_into(cad(0))),
                }],
                act: Some(act()),
            },
        ),
    ]
}

pub fn with_goods_and_people(own: &Things, other: &Things) -> Vec<Question> {
    let retailer_id = || own.retailer.clone();
    let merged = |one: &String, into: &String| wire::MergeCustomersRequest {
        retailer_id: retailer_id(),
        customer_id: one.clone(),
        into_customer_id: into.clone(),
        act: Some(act()),
    };
    vec![
        ask(
            "Fulfilment/TakeStep",
            &wire::TakeStepRequest {
                retailer_id: retailer_id(),
                sale_id: other.sale.clone(),
                step: wire::FulfilmentStep::Packed.into(),
                accept_unpaid: true,
                act: Some(act()),
                ..Default::default()
            },
        ),
        ask(
            "Fulfilment/UndoStep",
            &wire::UndoStepRequest {
                retailer_id: retailer_id(),
                sale_id: other.sale.clone(),
                step: wire::FulfilmentStep::Picked.into(),
                parts: Vec::new(),
                act: Some(act()),
            },
        ),
        ask(
            "Invoices/RecordInvoice",
            &wire::RecordInvoiceRequest {
                retailer_id: retailer_id(),
                sale_id: other.sale.clone(),
                invoice_id: Uuid::from_u128(77).to_string(),
                kind: wire::InvoiceKind::Invoice.into(),
                number: "F-1".to_owned(),
                issued_at: None,
                lines: vec![wire::InvoiceLine {
                    line_key: "line:1".to_owned(),
                    quantity: Some(quantity_into(Quantity::units(1).unwrap())),
                }],
                act: Some(act()),
            },
        ),
        ask(
            "Customers/MergeCustomers",
            &merged(&own.other_customer, &other.customer),
        ),
        ask(
            "Customers/MergeCustomers",
            &merged(&other.other_customer, &own.customer),
        ),
        ask(
            "Customers/EraseCustomer",
            &wire::EraseCustomerRequest {
                retailer_id: retailer_id(),
                customer_id: other.customer.clone(),
                act: Some(act()),
            },
        ),
        ask(
            "Access/CreateToken",
            &wire::CreateTokenRequest {
                retailer_id: retailer_id(),
                name: format!("more of {}", own.place.word),
                roles: vec![wire::Role::Viewer.into()],
                expires_at: None,
                act: Some(act()),
            },
        ),
        ask(
            "Access/RevokeToken",
            &wire::RevokeTokenRequest {
                retailer_id: retailer_id(),
                token_id: other.token.clone(),
                act: Some(act()),
            },
        ),
    ]
}
