//! The first seed file of `comptoir up`: one shop of one store, to be edited.

use std::sync::Arc;

use service::clock::{Ids as _, SystemClock, SystemIds};

use crate::services::FIRST_PLATFORM;
use crate::stack::{Seed, SeedConnection, SeedOutlet, SeedRegister, SeedRetailer, random_text};

/// A retailer with one outlet, one register and one web shop, with new ids and a new secret.
pub(crate) fn seed() -> anyhow::Result<Seed> {
    let ids = SystemIds::new(Arc::new(SystemClock));
    let (retailer, outlet, register) = (ids.next(), ids.next(), ids.next());
    let secret = random_text()?;
    let connection = SeedConnection::new(ids.next(), retailer, FIRST_PLATFORM, register, secret);
    Ok(Seed {
        retailers: vec![SeedRetailer {
            id: retailer,
            name: "My shop".to_owned(),
        }],
        outlets: vec![SeedOutlet {
            id: outlet,
            retailer,
            name: "Main store".to_owned(),
            time_zone: "UTC".to_owned(),
        }],
        registers: vec![SeedRegister {
            id: register,
            outlet,
            name: "Web".to_owned(),
        }],
        connections: vec![connection],
    })
}
