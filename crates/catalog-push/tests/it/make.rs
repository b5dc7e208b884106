//! What tests ask for, made in few words.

use proto::catalog as wire;
use proto::google::r#type::Money;
use proto::ledger::Act;
use retail::{ConnectionId, RetailerId};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;

pub const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0195_c0de_0000_7000_8000_0000_0000_0000 + number)
}

pub const RETAILER: RetailerId = RetailerId::new(id(1));
pub const STRANGER: RetailerId = RetailerId::new(id(2));
/// Of [`RETAILER`].
pub const SHOP: ConnectionId = ConnectionId::new(id(31));
/// The same.
pub const OTHER_SHOP: ConnectionId = ConnectionId::new(id(32));
/// Of [`STRANGER`].
pub const STRANGERS_SHOP: ConnectionId = ConnectionId::new(id(33));

/// The product of that number has the item of that number, a hundred times as large.
pub const fn product_id(number: u128) -> Uuid {
    id(1_000 + number)
}

pub const fn item_id(number: u128) -> Uuid {
    id(100_000 + number)
}

/// Of that number, so that it can be repeated.
pub fn act(number: u128) -> Act {
    Act {
        request_id: id(10_000_000 + number).to_string(),
        actor: "a test".to_owned(),
        note: "because".to_owned(),
    }
}

/// Never asked for before.
pub fn new_act() -> Act {
    let fresh = Uuid::new_v5(
        &Uuid::NAMESPACE_OID,
        format!("{:?}", std::time::Instant::now()).as_bytes(),
    );
    Act {
        request_id: fresh.to_string(),
        ..act(0)
    }
}

pub fn euros(units: i64) -> Money {
    Money {
        currency_code: "EUR".to_owned(),
        units,
        nanos: 0,
    }
}

/// With one variant.
pub fn product(number: u128, name: &str) -> wire::Product {
    wire::Product {
        product_id: product_id(number).to_string(),
        name: name.to_owned(),
        tax_rate_millipercent: 21_000,
        variants: vec![variant(number, &format!("SKU-{number}"))],
        ..wire::Product::default()
    }
}

pub fn variant(number: u128, sku: &str) -> wire::Variant {
    wire::Variant {
        item_id: item_id(number).to_string(),
        sku: sku.to_owned(),
        retail_price: Some(euros(10)),
        price_includes_tax: true,
        ..wire::Variant::default()
    }
}

/// To make it.
pub fn save(product: wire::Product) -> wire::SaveProductRequest {
    wire::SaveProductRequest {
        retailer_id: RETAILER.to_string(),
        expected_revision: product.revision,
        product: Some(product),
        act: Some(new_act()),
        ..wire::SaveProductRequest::default()
    }
}

pub fn online(shop: ConnectionId, is_online: bool) -> wire::OnlineChannel {
    wire::OnlineChannel {
        connection_id: shop.to_string(),
        is_online: Some(is_online),
        buffer: None,
    }
}

/// Why something was refused, as programs read it.
pub fn kind(status: &Status) -> String {
    let found = status.get_details_precondition_failure();
    let found = found.and_then(|failure| failure.violations.into_iter().next());
    found.map(|violation| violation.r#type).unwrap_or_default()
}

/// It was refused for that.
#[track_caller]
pub fn assert_refused<T: std::fmt::Debug>(answer: Result<T, Status>, expected: &str) {
    let status = answer.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition, "{status}");
    assert_eq!(kind(&status), expected, "{status}");
}

#[track_caller]
pub fn assert_code<T: std::fmt::Debug>(answer: Result<T, Status>, expected: Code) {
    let status = answer.unwrap_err();
    assert_eq!(status.code(), expected, "{status}");
}

/// A picture that says so, and no more.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    file.extend(width.to_be_bytes());
    file.extend(height.to_be_bytes());
    file.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    file
}
