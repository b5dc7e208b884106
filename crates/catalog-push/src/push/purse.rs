//! A shop, lent by the ingest service whose it is: how it is asked, and how much of it there may be.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use proto::connect as wire;
use proto::connect::leases_client::LeasesClient;
use proto::convert::instant_from;
use retail::{ConnectionId, PlatformCode, RetailerId};
use secrecy::SecretString;
use service::access::Authorized;
use service::clock::Clock;
use shop::push::Purse;
use shop::{ApiAccess, Connection, FetchError, LiveSecrets, PlainHttp, ShopUrl};
use std::sync::Arc;
use tokio::time::{Instant, sleep};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::Trouble;

/// What was lent is not saved up: what is older comes back.
const UNITS_LIFE: Duration = Duration::from_secs(2);
/// A lease is asked for anew so long before it ends.
const RENEW_BEFORE: Duration = Duration::from_secs(15);
/// A request that waits longer for its turn is given up: the shop is used up by others.
const WAIT_LIMIT: Duration = Duration::from_mins(2);
/// Between two questions for more, where the answer names no time.
const SHORTEST_WAIT: Duration = Duration::from_millis(20);

/// The way to one connection's shop.
pub struct LeasePurse {
    leases: LeasesClient<Authorized>,
    retailer: RetailerId,
    connection: ConnectionId,
    platform: PlatformCode,
    clock: Arc<dyn Clock>,
    held: Mutex<Held>,
    /// One question at a time.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Held {
    lease: Option<Lease>,
    units: u32,
    units_until: Option<Instant>,
    /// Told with the next question: what was not used, or used beyond it.
    settled: i64,
    refused_for: Duration,
}

/// How a shop is asked for the next while.
#[derive(Clone)]
pub struct Lease {
    pub connection: Connection,
    /// Since when deliveries of it wait unread, at the moment when the lease was given.
    pub unread_since: Option<Timestamp>,
    /// Every order of it that changed before then was accepted; some may wait unread. `None`: nobody knows.
    pub orders_listed_to: Option<Timestamp>,
    /// Units that the shop gives back in a second.
    per_second: u32,
    asked_at: Instant,
    good_until: Instant,
}

impl LeasePurse {
    #[must_use]
    pub fn new(
        leases: LeasesClient<Authorized>,
        (retailer, connection): (RetailerId, ConnectionId),
        platform: PlatformCode,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            leases,
            retailer,
            connection,
            platform,
            clock,
            held: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// A lease that was given within `age`.
    pub async fn lease(&self, age: Duration) -> Result<Lease, Trouble> {
        let _asking = self.asking.lock().await;
        let now = Instant::now();
        let held = self.held().lease.clone();
        let is_good =
            |lease: &Lease| now + RENEW_BEFORE < lease.good_until && lease.asked_at + age > now;
        match held.filter(is_good) {
            Some(lease) => Ok(lease),
            None => Ok(self.ask(0).await?.0),
        }
    }

    /// Asks for `units`. Gives the lease, and how long until there is more.
    async fn ask(&self, units: u32) -> Result<(Lease, Duration), Trouble> {
        let (settled, refused_for) = {
            let mut held = self.held();
            held.give_back();
            let settled = held.settled.clamp(i32::MIN.into(), i32::MAX.into());
            held.settled -= settled;
            (settled, std::mem::take(&mut held.refused_for))
        };
        let request = wire::LeaseShopRequest {
            retailer_id: self.retailer.to_string(),
            connection_id: self.connection.to_string(),
            units,
            settled: i32::try_from(settled).unwrap_or_default(),
            refused_for_ms: u32::try_from(refused_for.as_millis()).unwrap_or(u32::MAX),
        };
        let answer = self.leases.clone().lease_shop(request).await;
        let now = Instant::now();
        let read = answer
            .map_err(|status| refusal(&status))
            .and_then(|answer| self.read(answer.into_inner(), now));
        let mut held = self.held();
        match read {
            Ok((lease, units, more_in)) => {
                held.lease = Some(lease.clone());
                held.units = units;
                held.units_until = Some(now + UNITS_LIFE);
                Ok((lease, more_in))
            }
            Err(trouble) => {
                // It is told when somebody listens.
                held.settled += settled;
                held.refused_for = held.refused_for.max(refused_for);
                held.lease = None;
                Err(trouble)
            }
        }
    }

    fn read(
        &self,
        answer: wire::LeaseShopResponse,
        now: Instant,
    ) -> Result<(Lease, u32, Duration), Trouble> {
        let unreadable = || Trouble::IngestAway("its answer cannot be read".to_owned());
        let wire::LeaseShopResponse {
            url,
            key,
            secret,
            is_plain_http,
            valid_until,
            units,
            more_in_ms,
            per_second,
            at_once: _,
            unread_since,
            orders_listed_to,
        } = answer;
        let instant = |field, at| instant_from(field, at).map_err(|_| unreadable());
        let valid_until = instant("valid_until", valid_until)?;
        let unread_since = unread_since
            .map(|since| instant("unread_since", Some(since)))
            .transpose()?;
        let orders_listed_to = orders_listed_to
            .map(|to| instant("orders_listed_to", Some(to)))
            .transpose()?;
        let plain_http = if is_plain_http {
            PlainHttp::Allowed
        } else {
            PlainHttp::Refused
        };
        let url = ShopUrl::new(&url).map_err(|_| unreadable())?;
        let key = SecretString::from(key);
        let api = ApiAccess::new(url, key.clone(), SecretString::from(secret), plain_http)
            .map_err(|_| unreadable())?;
        let life = valid_until.duration_since(self.clock.now());
        let life = Duration::try_from(life).unwrap_or_default();
        let connection = Connection {
            id: self.connection,
            retailer: self.retailer,
            platform: self.platform.clone(),
            // Whoever tells a shop is sent nothing that is signed: there is no secret to check by.
            secrets: LiveSecrets::new(vec![key]).map_err(|_| unreadable())?,
            api: Some(api),
        };
        let lease = Lease {
            connection,
            unread_since,
            orders_listed_to,
            per_second,
            asked_at: now,
            good_until: now + life,
        };
        Ok((lease, units, Duration::from_millis(more_in_ms.into())))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn take(&mut self, units: u32) -> bool {
        if self.units_until.is_some_and(|until| until < Instant::now()) {
            self.give_back();
        }
        let is_enough = self.units >= units;
        if is_enough {
            self.units -= units;
        }
        is_enough
    }

    fn give_back(&mut self) {
        self.settled += i64::from(std::mem::take(&mut self.units));
    }
}

#[async_trait]
impl Purse for LeasePurse {
    async fn spend(&self, units: u32) -> Result<(), FetchError> {
        let give_up = Instant::now() + WAIT_LIMIT;
        loop {
            if self.held().take(units) {
                return Ok(());
            }
            let asking = self.asking.lock().await;
            let portion = {
                let held = self.held();
                held.lease.as_ref().map_or(units, |lease| lease.per_second)
            };
            let (_, more_in) = self.ask(portion.max(units)).await.map_err(later)?;
            drop(asking);
            if self.held().take(units) {
                return Ok(());
            }
            if Instant::now() > give_up {
                return Err(FetchError::later("the shop's allowance is used up"));
            }
            sleep(more_in.max(SHORTEST_WAIT)).await;
        }
    }

    fn settle(&self, spent: u32, cost: u32) {
        self.held().settled += i64::from(spent) - i64::from(cost);
    }

    fn refused(&self, wait: Duration) {
        let mut held = self.held();
        held.give_back();
        held.refused_for = held.refused_for.max(wait);
    }
}

fn refusal(status: &Status) -> Trouble {
    let failure = status.get_details_precondition_failure();
    let violation = failure.and_then(|failure| failure.violations.into_iter().next());
    let kind = violation.map(|violation| violation.r#type);
    match (status.code(), kind.as_deref()) {
        (Code::FailedPrecondition, Some("no_access")) => Trouble::NotLent("no_access"),
        (Code::FailedPrecondition, Some("paused")) => Trouble::NotLent("paused"),
        (Code::FailedPrecondition, Some("disconnected")) => Trouble::NotLent("disconnected"),
        (Code::FailedPrecondition, Some("refused_by_shop")) => Trouble::NotLent("refused_by_shop"),
        // Its message may quote what was asked; its code does not.
        (code, _) => Trouble::IngestAway(code.to_string()),
    }
}

/// As a platform's call hears it.
fn later(trouble: Trouble) -> FetchError {
    match trouble {
        Trouble::NotLent("no_access") => FetchError::NoAccess,
        Trouble::Shop(error) => error,
        Trouble::Lost
        | Trouble::NotLent(_)
        | Trouble::IngestAway(_)
        | Trouble::LedgerAway(_)
        | Trouble::NotBooked
        | Trouble::Store(_) => FetchError::later(trouble.to_string()),
    }
}
