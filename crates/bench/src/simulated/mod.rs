//! Simulated shops, and the whole system with them connected to it.

mod check;
mod child;
mod system;

use shop_sim::checker::ShopBooks;
use shop_sim::{Platform, Runner};
use test_kit::world;
use uuid::Uuid;

pub use check::own_check;
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

    pub fn books(&self) -> ShopBooks {
        ShopBooks {
            connection: self.connection,
            outlet: world::OUTLET,
            register: world::REGISTER,
            books: self.runner.shop().books(),
        }
    }
}
