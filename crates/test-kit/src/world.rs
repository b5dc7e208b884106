//! The one small retailer of tests and benches: two outlets, a till in each, and a shop whose sales
//! are booked on the first till.

use comptoir::stack::{Seed, SeedConnection, SeedOutlet, SeedRegister, SeedRetailer};
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

/// The retailer with the outlet where shops' sales are booked, and with these shops.
#[must_use]
pub fn seed(connections: Vec<SeedConnection>) -> Seed {
    Seed {
        retailers: vec![SeedRetailer {
            id: RETAILER,
            name: "Maison d’essai".to_owned(),
        }],
        outlets: vec![outlet(OUTLET, "Online")],
        registers: vec![register(REGISTER, OUTLET)],
        connections,
    }
}

/// The retailer with both outlets, and with these shops.
#[must_use]
pub fn whole(connections: Vec<SeedConnection>) -> Seed {
    let mut seed = seed(connections);
    seed.outlets.push(outlet(OTHER_OUTLET, "Downtown"));
    seed.registers.push(register(OTHER_REGISTER, OTHER_OUTLET));
    seed
}

fn outlet(id: Uuid, name: &str) -> SeedOutlet {
    SeedOutlet {
        id,
        retailer: RETAILER,
        name: name.to_owned(),
        time_zone: "America/Toronto".to_owned(),
    }
}

fn register(id: Uuid, outlet: Uuid) -> SeedRegister {
    SeedRegister {
        id,
        outlet,
        name: "Till 1".to_owned(),
    }
}
