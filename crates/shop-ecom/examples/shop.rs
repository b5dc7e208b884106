//! A simulated shop on this machine, until it is stopped: `shop [ADDRESS]`, by default on any port.
#![expect(clippy::print_stdout, reason = "it says where it answers")]

use std::error::Error;
use std::sync::Arc;

use service::clock::SystemClock;
use shop_ecom::sim::{Access, Live, Options, Shop};
use tokio_util::sync::CancellationToken;

const STORE: u64 = 1003;
const TOKEN: &str = "secret_simulated";
const ORDERS: usize = 300;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1);
    let access = Access {
        store: STORE,
        token: TOKEN.to_owned(),
        client_secret: "client-secret".to_owned(),
    };
    let shop = Shop::open(&Options::new(1, ORDERS));
    let live = Live::new(shop, access, Arc::new(SystemClock));
    while live.next().is_some() {}
    let listener =
        tokio::net::TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:0")).await?;
    let at = listener.local_addr()?;
    println!("http://{at}/api/v3/{STORE} with the token {TOKEN}");
    service::http::serve(listener, live.router(), CancellationToken::new()).await?;
    Ok(())
}
