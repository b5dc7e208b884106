//! What a shop has, whatever its platform: its buyers find no more, and it says what moved.

use shop::sim::ProductEdit;

use super::*;

const PRODUCTS: usize = 3;
const UNITS: i64 = 20;
const BUYERS: usize = 200;

#[test]
fn no_shop_sells_more_than_it_has_and_each_says_what_moved() {
    for platform in Platform::ALL {
        let size = ShopSize {
            seed: 7,
            orders: BUYERS,
            max_versions: 1,
            products: PRODUCTS,
        };
        let clock = SimClock::beside(Arc::new(SystemClock), Speed::REAL);
        let shop = platform.open(&size, clock);
        for product in 0..PRODUCTS {
            shop.edit_product(ProductEdit {
                product,
                name: format!("Thing {product}"),
                sku: format!("THING-{product}"),
                barcode: String::new(),
                price_cents: 1_000,
                stock: UNITS,
            });
        }
        shop.sell_what_there_is();
        shop.begin_stock_log();
        while shop.step() {}
        let placed = shop.placed();
        assert!((1..BUYERS).contains(&placed), "{platform:?}: {placed}");
        let StockLog {
            entries, not_kept, ..
        } = shop.stock_log();
        assert_eq!(not_kept, 0);
        assert!(entries.iter().all(|entry| entry.cause == StockCause::Order));
        let stock = shop.stock();
        assert_eq!(stock.len(), PRODUCTS, "{platform:?}: {stock:?}");
        for (sku, left) in stock {
            let of_sku = entries.iter().filter(|entry| entry.sku == sku);
            let taken: i64 = of_sku.map(|entry| entry.before - entry.after).sum();
            assert!((0..UNITS).contains(&left), "{platform:?} {sku}: {left}");
            assert_eq!(UNITS - left, taken, "{platform:?} {sku}");
        }
    }
}
