//! The table of simulated platforms, and the only file here that names them.

use std::sync::Arc;

use clap::ValueEnum;
use service::clock::Clock;
use shop::sim::SimShop;

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

/// How large a shop is, and what decides its orders' lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShopSize {
    pub seed: u64,
    pub orders: usize,
    /// Most versions of one order; each order has at least one.
    pub max_versions: usize,
    /// Things on sale; the same ones in every shop of as many.
    pub products: usize,
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
        /// The same words in each platform's own type.
        macro_rules! run {
            ($platform:ident) => {{
                let ShopSize {
                    seed,
                    orders,
                    max_versions,
                    products,
                } = *size;
                let options = $platform::sim::RunOptions {
                    seed,
                    orders,
                    max_versions,
                    products,
                };
                $platform::sim::run(&options, clock)
            }};
        }
        match self {
            Self::Shopify => run!(shop_shopify),
            Self::BigCommerce => run!(shop_bigcommerce),
            Self::WooCommerce => run!(shop_woocommerce),
            Self::Ecom => run!(shop_ecom),
        }
    }
}
