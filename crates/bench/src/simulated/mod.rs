//! Simulated shops, and the whole system with them connected to it.

mod check;
mod child;
mod outlet;
mod patiently;
mod shown;
mod system;

use std::sync::Arc;

use service::clock::SystemClock;
use shop_sim::checker::ShopBooks;
use shop_sim::{Pace, Platform, Runner, RunnerOptions, ShopSize, SimClock, Speed};
use test_kit::world;
use uuid::Uuid;

pub use check::own_check;
pub use outlet::{Good, Outlet};
pub use patiently::patiently;
pub use shown::until_shown;
pub use system::{ShopSystem, ingest};

/// A shop that runs, and the connection that leads to it.
pub struct SimulatedShop {
    pub platform: Platform,
    pub connection: Uuid,
    pub runner: Runner,
}

impl SimulatedShop {
    /// The connection of the shop at this place among several.
    pub fn connection(place: u16) -> Uuid {
        Uuid::from_u128(world::CONNECTION.as_u128() + (u128::from(place) << 16))
    }

    /// One that nobody buys from, with a product of its own.
    pub async fn without_buyers(seed: u64, platform: Platform, place: u16) -> anyhow::Result<Self> {
        let seed = seed.wrapping_add(place.into());
        let clock = SimClock::beside(Arc::new(SystemClock), Speed::REAL);
        let size = ShopSize {
            seed,
            orders: 0,
            max_versions: 1,
            products: 1,
        };
        let options = RunnerOptions {
            paused: true,
            ..RunnerOptions::new(seed, Pace::of(1))
        };
        let shop = platform.open(&size, clock.clone());
        shop.sell_in_euros();
        Ok(Self {
            platform,
            connection: Self::connection(place),
            runner: Runner::start(shop, clock, options).await?,
        })
    }

    pub fn books(&self) -> ShopBooks {
        ShopBooks {
            connection: self.connection,
            outlet: world::OUTLET,
            register: world::REGISTER,
            books: self.runner.shop().books(),
        }
    }
}
