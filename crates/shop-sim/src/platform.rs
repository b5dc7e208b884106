//! The table of simulated platforms, and the only file here that names them.

use std::sync::Arc;

use clap::ValueEnum;
use service::clock::Clock;
use shop::sim::{ShopSize, SimShop};

/// What shop system a simulated shop is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Platform {
    Shopify,
    #[value(name = "bigcommerce")]
    BigCommerce,
    #[value(name = "woocommerce")]
    WooCommerce,
    Ecom,
}

impl Platform {
    pub const ALL: [Self; 4] = [
        Self::Shopify,
        Self::BigCommerce,
        Self::WooCommerce,
        Self::Ecom,
    ];

    /// As in a connection's settings.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shopify => shop_shopify::CODE,
            Self::BigCommerce => shop_bigcommerce::CODE,
            Self::WooCommerce => shop_woocommerce::CODE,
            Self::Ecom => shop_ecom::CODE,
        }
    }

    /// A shop that has opened and sold nothing yet, by `clock`.
    #[must_use]
    pub fn open(self, size: &ShopSize, clock: Arc<dyn Clock>) -> Arc<dyn SimShop> {
        match self {
            Self::Shopify => shop_shopify::sim::run(size, clock),
            Self::BigCommerce => shop_bigcommerce::sim::run(size, clock),
            Self::WooCommerce => shop_woocommerce::sim::run(size, clock),
            Self::Ecom => shop_ecom::sim::run(size, clock),
        }
    }
}
