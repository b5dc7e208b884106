//! Serves a simulated store on this machine until it is interrupted: `simulated_store [PORT]`.
//!
//! Behind a proxy that holds it against the documented contract, it shows that the simulator answers
//! as the real service is documented to:
//! `prism proxy --errors bigcommerce.contract.yaml http://127.0.0.1:PORT`.
//!
//! Asked with `x-auth-token: simulated access token`, under `/stores/sim123`.

use std::sync::Arc;

use jiff::SignedDuration;
use service::clock::ManualClock;
use shop_bigcommerce::sim::{Options, Store};
use tokio_util::sync::CancellationToken;

/// Orders in the store.
const ORDERS: usize = 200;
/// How often each has its turn.
const TURNS: usize = 4;
const PORT: &str = "4602";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).as_deref().unwrap_or(PORT).parse()?;
    let clock = ManualClock::at("2026-11-21T14:00:00Z".parse()?);
    let mut options = Options::new(1);
    // Time stands still here, and with it the quota.
    options.quota = u64::MAX;
    let store = Store::open(options, Arc::new(clock.clone()));
    for _ in 0..ORDERS {
        store.place();
        clock.advance(SignedDuration::from_secs(1));
    }
    for _ in 0..TURNS {
        for id in store.orders() {
            store.turn(id);
            clock.advance(SignedDuration::from_secs(1));
        }
    }
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    service::http::serve(listener, store.router(), CancellationToken::new()).await?;
    Ok(())
}
