//! The table of simulated platforms, and the only file here that names them.

use std::sync::Arc;

use clap::ValueEnum;
use service::clock::{Clock, SystemClock, SystemIds};
use shop::push::Push;
use shop::sim::{ShopSize, SimShop};
use shop_bigcommerce::BigCommerce;
use shop_ecom::Ecom;
use shop_shopify::Shopify;
use shop_woocommerce::WooCommerce;

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

    /// How its shops are asked and told.
    pub(crate) fn push(self) -> Result<Arc<dyn Push>, reqwest::Error> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Ok(match self {
            Self::Shopify => Arc::new(Shopify::new(clock)?),
            Self::BigCommerce => Arc::new(BigCommerce::new(clock)?),
            Self::WooCommerce => {
                let ids = Arc::new(SystemIds::new(Arc::clone(&clock)));
                Arc::new(WooCommerce::new(clock, ids)?)
            }
            Self::Ecom => Arc::new(Ecom::new(clock)?),
        })
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
