//! The first seed file of `comptoir up`: one shop of one store, to be edited.

use std::sync::Arc;

use retail::PlatformCode;
use service::clock::{Ids as _, SystemClock, SystemIds};

use crate::services;
use crate::stack::{Seed, SeedConnection, SeedOutlet, SeedRegister, SeedRetailer, random_text};

/// A retailer with one outlet, one register and one web shop for each platform, with new ids and
/// secrets.
pub(crate) fn seed() -> anyhow::Result<Seed> {
    let ids = SystemIds::new(Arc::new(SystemClock));
    let (retailer, outlet, register) = (ids.next(), ids.next(), ids.next());
    let connection = |platform: PlatformCode| -> anyhow::Result<SeedConnection> {
        Ok(SeedConnection::new(
            ids.next(),
            retailer,
            platform.as_str(),
            register,
            random_text()?,
        ))
    };
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
        connections: services::platforms()?
            .into_iter()
            .map(connection)
            .collect::<anyhow::Result<_>>()?,
    })
}
