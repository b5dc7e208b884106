use uuid::Uuid;

use super::captures::SHOPS;
use crate::services::FIRST_PLATFORM;
use crate::stack::{Seed, SeedConnection, SeedOutlet, SeedRegister, SeedRetailer, random_text};

/// The demo's ids are the same in every run, so that its commands can be written down.
pub(super) const ID_BASE: u128 = 0x0193_0000_0000_7000_8000_0000_0000_0000;
pub(crate) const RETAILER: Uuid = Uuid::from_u128(ID_BASE);

/// Stores with their time zones, one for each captured shop.
const STORES: [(&str, &str); SHOPS] = [("Montréal", "America/Toronto"), ("Paris", "Europe/Paris")];

/// A retailer with two stores; in each a register that a web shop's sales are booked on.
pub(crate) fn seed() -> anyhow::Result<Seed> {
    let mut seed = Seed {
        retailers: vec![SeedRetailer {
            id: RETAILER,
            name: "Maison Comptoir".to_owned(),
        }],
        ..Seed::default()
    };
    for (store, (name, time_zone)) in (1..).zip(STORES) {
        let id = |kind: u128| Uuid::from_u128(ID_BASE + kind * 0x100 + store);
        let (outlet, register, connection) = (id(1), id(2), id(3));
        seed.outlets.push(SeedOutlet {
            id: outlet,
            retailer: RETAILER,
            name: name.to_owned(),
            time_zone: time_zone.to_owned(),
        });
        seed.registers.push(SeedRegister {
            id: register,
            outlet,
            name: format!("{name}, web"),
        });
        let secret = random_text()?;
        seed.connections.push(SeedConnection::new(
            connection,
            RETAILER,
            FIRST_PLATFORM,
            register,
            secret,
        ));
    }
    Ok(seed)
}
