//! About sales, and who bought.

use proto::google::r#type::Date;
use proto::ledger as wire;

use super::furnished::Things;
use super::{Question, ask};

pub fn reading_sales(own: &Things, other: &Things) -> Vec<Question> {
    let retailer_id = || own.retailer.clone();
    let (from, until) = (
        Date {
            year: 2026,
            month: 1,
            day: 1,
        },
        Date {
            year: 2027,
            month: 1,
            day: 1,
        },
    );
    let report = wire::ReportProductsRequest {
        retailer_id: retailer_id(),
        from: Some(from),
        until: Some(until),
        ..Default::default()
    };
    let mut questions = vec![
        ask(
            "Sales/GetSale",
            &wire::GetSaleRequest {
                retailer_id: retailer_id(),
                key: Some(wire::get_sale_request::Key::SaleId(other.sale.clone())),
            },
        ),
        ask(
            "Sales/GetSale",
            &wire::GetSaleRequest {
                retailer_id: retailer_id(),
                key: Some(wire::get_sale_request::Key::ReceiptNumber(
                    other.receipt.clone(),
                )),
            },
        ),
        ask(
            "Sales/ListReservations",
            &wire::ListReservationsRequest {
                retailer_id: retailer_id(),
                outlet_id: other.outlet.clone(),
                ..Default::default()
            },
        ),
        ask(
            "Reports/ReportProducts",
            &wire::ReportProductsRequest {
                outlet_id: other.outlet.clone(),
                ..report.clone()
            },
        ),
        ask(
            "Reports/ReportProducts",
            &wire::ReportProductsRequest {
                connection_id: other.connection.clone(),
                ..report
            },
        ),
        ask(
            "Tills/ListTillLines",
            &wire::ListTillLinesRequest {
                retailer_id: retailer_id(),
                sale_id: other.till_sale.clone(),
            },
        ),
        ask(
            "Fulfilment/GetFulfilment",
            &wire::GetFulfilmentRequest {
                retailer_id: retailer_id(),
                sale_id: other.sale.clone(),
            },
        ),
        ask(
            "Fulfilment/ListFulfilment",
            &wire::ListFulfilmentRequest {
                retailer_id: retailer_id(),
                outlet_id: other.outlet.clone(),
                ..Default::default()
            },
        ),
        ask(
            "Fulfilment/ListFulfilment",
            &wire::ListFulfilmentRequest {
                retailer_id: retailer_id(),
                connection_id: other.connection.clone(),
                ..Default::default()
            },
        ),
        ask(
            "Customers/GetCustomer",
            &wire::GetCustomerRequest {
                retailer_id: retailer_id(),
                customer_id: other.customer.clone(),
            },
        ),
        ask(
            "Customers/ExportCustomer",
            &wire::ExportCustomerRequest {
                retailer_id: retailer_id(),
                customer_id: other.customer.clone(),
                ..Default::default()
            },
        ),
        ask(
            "Customers/ListCustomers",
            &wire::ListCustomersRequest {
                retailer_id: retailer_id(),
                email: format!("zoe@{}.example", other.place.word),
                ..Default::default()
            },
        ),
        ask(
            "Registers/GetSession",
            &wire::GetSessionRequest {
                retailer_id: retailer_id(),
                session_id: other.session.clone(),
            },
        ),
        ask(
            "Registers/ListSessions",
            &wire::ListSessionsRequest {
                retailer_id: retailer_id(),
                register_id: other.register.clone(),
                ..Default::default()
            },
        ),
    ];
    for filter in filters(other) {
        questions.push(ask(
            "Sales/ListSales",
            &wire::ListSalesRequest {
                retailer_id: retailer_id(),
                filter: Some(filter.clone()),
                ..Default::default()
            },
        ));
        questions.push(ask(
            "Sales/StreamSales",
            &wire::StreamSalesRequest {
                retailer_id: retailer_id(),
                filter: Some(filter),
                ..Default::default()
            },
        ));
    }
    questions
}

fn filters(other: &Things) -> Vec<wire::SaleFilter> {
    let none = wire::SaleFilter::default;
    vec![
        wire::SaleFilter {
            outlet_id: other.outlet.clone(),
            ..none()
        },
        wire::SaleFilter {
            register_id: other.register.clone(),
            ..none()
        },
        wire::SaleFilter {
            connection_id: other.connection.clone(),
            ..none()
        },
        wire::SaleFilter {
            customer_id: other.customer.clone(),
            ..none()
        },
        wire::SaleFilter {
            receipt_number: other.receipt.clone(),
            ..none()
        },
        wire::SaleFilter {
            sku: other.sku.clone(),
            ..none()
        },
    ]
}
