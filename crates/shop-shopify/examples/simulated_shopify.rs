//! A simulated shop on this machine that trades and tells of it, until it is stopped:
//! `simulated_shopify [ADDRESS]`, by default on any port.
#![expect(clippy::print_stdout, reason = "it says where it answers")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use service::clock::SystemClock;
use shop::sim::{Access, Outgoing, ShopSize};
use shop_shopify::sim::run;
use tokio_util::sync::CancellationToken;

const OPTIONS: ShopSize = ShopSize {
    seed: 1,
    orders: 100_000,
    max_versions: 5,
    products: 50,
};
/// Between two things that happen.
const PAUSE: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1);
    let shop = run(&OPTIONS, Arc::new(SystemClock));
    let listener =
        tokio::net::TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:0")).await?;
    let Access {
        secret,
        shop_url,
        key,
        key_secret,
    } = shop.access(&format!("http://{}", listener.local_addr()?));
    println!("{shop_url} as {key} with the secret {secret} and the token {key_secret}");
    let mut serving = std::pin::pin!(service::http::serve(
        listener,
        shop.router(),
        CancellationToken::new()
    ));
    let client = service::http::loopback_client()?;
    loop {
        tokio::select! {
            served = &mut serving => return Ok(served?),
            () = tokio::time::sleep(PAUSE) => {}
        }
        shop.step();
        for Outgoing {
            id,
            url,
            headers,
            body,
        } in shop.due()
        {
            let posting = client.post(url).headers(headers).body(body).send();
            // The receiver may ask the shop before it answers.
            let posted = tokio::select! {
                served = &mut serving => return Ok(served?),
                posted = posting => posted.ok(),
            };
            shop.answered(id, posted.map(|answer| answer.status().as_u16()));
        }
    }
}
