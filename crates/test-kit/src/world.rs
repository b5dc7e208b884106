//! The one small retailer of tests and benches: two outlets, a till in each, and a shop whose sales
//! are booked on the first till.

use uuid::Uuid;

const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0195_c0de_0000_7000_8000_0000_0000_0000 + number)
}

pub const RETAILER: Uuid = id(1);
/// Where the shop's sales are booked.
pub const OUTLET: Uuid = id(2);
/// Where nothing ever moves.
pub const OTHER_OUTLET: Uuid = id(3);
pub const REGISTER: Uuid = id(4);
pub const OTHER_REGISTER: Uuid = id(5);
pub const CONNECTION: Uuid = id(6);
pub const PLATFORM: &str = "woocommerce";
/// Signs the shop's deliveries.
pub const SECRET: &str = "theSecretOfTheShopOfTests";
