use shop_woocommerce::sim::{Options, Shop, Topic};
use test_kit::{Prepared, world};

/// One request for each order, and the shop they come from.
pub struct Posts {
    pub shop: Shop,
    pub requests: Vec<Prepared>,
    /// The shop's ids of the orders, one for each request.
    pub order_ids: Vec<String>,
}

/// Signed deliveries of one version of each order that is a sale.
pub fn posts(options: &Options, topic: Topic, hook_url: &str) -> anyhow::Result<Posts> {
    let shop = Shop::open(&Options {
        max_versions: 1,
        ..options.clone()
    });
    let sales = shop.books().sales;
    let mut posts = Posts {
        requests: Vec::with_capacity(shop.orders().len()),
        order_ids: Vec::with_capacity(shop.orders().len()),
        shop,
    };
    for order in posts.shop.orders().iter().flatten() {
        let id = order.id.to_string();
        if !sales.contains_key(&id) {
            continue;
        }
        let hook = posts.shop.hook(order, topic, world::SECRET);
        posts
            .requests
            .push(Prepared::post(hook_url, hook.headers, hook.body)?);
        posts.order_ids.push(id);
    }
    Ok(posts)
}
