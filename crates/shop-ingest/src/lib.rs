//! The runtime of an ingest service, the same for every platform.
//!
//! A delivery walks through the files in this order: [`webhook`] proves where it comes from,
//! [`inbox`] keeps it on the broker before anybody is told "200", [`worker`] takes it out again,
//! [`reading`] opens it and asks the platform what it says, [`orders`] tells the ledger. Where a
//! delivery only says *that* an order changed, [`follow`] asks the shop.
//!
//! Webhooks come late, twice or never: [`poll`] asks each shop what changed, and what the ledger does not know
//! yet takes the same road from the inbox on. [`watchdog`] keeps the webhooks themselves. Both are chores
//! ([`chore`]): a task for each connection, so that one shop's troubles are its own.
//!
//! Everything that entered the inbox is kept by [`archive`], which no order waits for.
//! [`privacy`] takes out of it what is of people who were
//! erased, and answers what shops ask on behalf of people.
//! A shop lets us in by [`install`]; where what it gave comes to an end, [`renewal`] asks with what is good. What a
//! shop tells of itself and us is for [`event`].
//! What people decide about a connection is in [`store`]; [`broadcast`] tells the other services of it, and
//! [`release`] applies what was kept while updates were not automatic.
//!
//! # What this crate does not know
//!
//! - **No platform.** Everything a shop system does in its own way is behind [`shop::Platform`].
//! - **No sale, no stock.** It says what an order is; the ledger decides what that does.
//! - **No order kept but as it came.** What must survive of one is on the broker: kill the process at any point,
//!   and it goes on where the acknowledgements stopped. The service's own memory, its connections and how far each
//!   has been polled, is in [`store`].
//! - **No body, address or secret in a log.**

mod archive;
mod audit;
mod broadcast;
mod census;
mod chore;
mod connections;
mod delivery_id;
mod event;
mod follow;
mod heard;
mod imports;
mod inbox;
mod install;
mod isolation;
mod leases;
mod ledger;
mod linking;
mod management;
mod meters;
mod methods;
mod migrate;
mod orders;
mod outage;
mod page;
mod patience;
mod plan;
mod poll;
mod privacy;
mod reading;
mod recent;
mod release;
mod renewal;
mod seed;
mod serve;
mod settings;
mod settled;
pub mod store;
mod tokens;
mod unread;
mod watchdog;
mod webhook;
mod worker;

use std::sync::Arc;

pub use methods::METHODS;
use service::clock::Clock;
use service::{Command, Settings};
use shop::Platform;

/// Does what an ingest service is told to, for one platform.
pub async fn run(
    platform: Arc<dyn Platform>,
    clock: Arc<dyn Clock>,
    command: Command,
    settings: &Settings,
) -> anyhow::Result<()> {
    match command {
        Command::Serve => serve::serve(platform, clock, settings).await,
        Command::Migrate => migrate::migrate(platform.as_ref(), settings).await,
        Command::Healthcheck => {
            let url = service::health::own_ready_url(settings)?;
            Ok(service::health::healthcheck(&url).await?)
        }
    }
}
