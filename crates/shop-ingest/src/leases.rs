//! `comptoir.connect.v1.Leases`: a shop, lent to the service that writes to it.
//!
//! The connection stays here: its credentials are renewed here alone, and all that is asked of its shop is counted in
//! one budget. What is lent stands in no log.

use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, Durable};
use jiff::{SignedDuration, Timestamp};
use proto::connect as wire;
use proto::convert::instant_into;
use retail::{ConnectionId, RetailerId};
use secrecy::ExposeSecret as _;
use service::clock::Clock;
use service::refusal::{bad_field, not_found, precondition, unavailable};
use shop::{Allowance, ApiAccess, Connection, FetchError, Install as _, Platform};
use tonic::{Request, Response, Status};

use crate::connections::Connections;
use crate::isolation::{Gates, Loan};
use crate::poll::before;
use crate::renewal::Renewing;
use crate::store::{ConnectionState, Store};
use crate::unread::Unread;

/// After this, who writes asks again how.
const LEASE_LIFE: SignedDuration = SignedDuration::from_mins(1);
/// A shop that wants to be left alone for longer is asked again after this all the same.
const ALONE_LIMIT: Duration = Duration::from_hours(1);

/// What shops are lent with.
#[derive(Clone)]
pub(crate) struct Leases {
    pub(crate) platform: Arc<Renewing>,
    pub(crate) store: Store,
    pub(crate) connections: Arc<Connections>,
    pub(crate) gates: Arc<Gates>,
    pub(crate) unread: Arc<Unread>,
    pub(crate) bus: Bus,
    /// Who reads the inbox.
    pub(crate) inbox: Durable,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What is known of the shop's orders.
#[derive(Clone, Copy)]
struct Orders {
    unread_since: Option<Timestamp>,
    listed_to: Option<Timestamp>,
}

#[tonic::async_trait]
impl wire::leases_server::Leases for Leases {
    async fn lease_shop(
        &self,
        request: Request<wire::LeaseShopRequest>,
    ) -> Result<Response<wire::LeaseShopResponse>, Status> {
        let wire::LeaseShopRequest {
            retailer_id,
            connection_id,
            units: wanted,
            settled,
            refused_for_ms,
        } = request.into_inner();
        let connection = self.connection(&retailer_id, &connection_id)?;
        let allowance = self.platform.allowance(&connection);
        // Whatever becomes of this question, that was so.
        let gate = self.gates.of(connection.id);
        gate.settle(&allowance, settled);
        if refused_for_ms > 0 {
            let alone = Duration::from_millis(refused_for_ms.into());
            gate.leave_alone(alone.min(ALONE_LIMIT));
        }
        self.check(&connection).await?;
        let now = self.clock.now();
        let (asked_with, access_until) = self
            .platform
            .access(&connection)
            .await
            .map_err(|error| refusal(&error))?;
        let api = asked_with.api.ok_or_else(no_access)?;
        // Before it is asked what waits: what was listed by then is counted among it.
        let listed_to = self.store.listed_to(connection.id).await?;
        let listed_to = listed_to.map(|at| before(at, self.platform.lists_within()));
        let unread_since = self
            .unread
            .since(&self.bus, &self.inbox, &connection.platform, &connection)
            .await
            .map_err(|error| {
                tracing::warn!(%error, "nobody can tell which deliveries wait");
                unavailable("the broker does not tell which deliveries wait")
            })?;
        let life = now.checked_add(LEASE_LIFE).unwrap_or(now);
        let valid_until = access_until.map_or(life, |until| until.min(life));
        let loan = gate.lend(&allowance, wanted);
        let orders = Orders {
            unread_since,
            listed_to,
        };
        let lease = lease_into(&api, &allowance, loan, valid_until, orders);
        Ok(Response::new(lease))
    }
}

impl Leases {
    /// A connection of this retailer. Another retailer's is none.
    fn connection(&self, retailer: &str, id: &str) -> Result<Arc<Connection>, Status> {
        let retailer: RetailerId = retailer
            .parse()
            .map_err(|_| bad_field("retailer_id", "is not a UUID"))?;
        let id: ConnectionId = id
            .parse()
            .map_err(|_| bad_field("connection_id", "is not a UUID"))?;
        let found = self.connections.get(id);
        found
            .filter(|connection| connection.retailer == retailer)
            .ok_or_else(|| not_found("connection", &id.to_string()))
    }

    /// Whether the shop is to be asked at all.
    async fn check(&self, connection: &Connection) -> Result<(), Status> {
        let refused = |code, message| Err(precondition(code, "connection", message));
        match self.connections.state(connection.id) {
            Some(ConnectionState::Live) => {}
            Some(ConnectionState::Paused) => return refused("paused", "the connection is paused"),
            Some(ConnectionState::Disconnected | ConnectionState::Uninstalled) | None => {
                return refused("disconnected", "the connection is parted with");
            }
        }
        if connection.api.is_none() {
            return Err(no_access());
        }
        let Some(seen) = self.store.access_seen(connection.id).await? else {
            return Ok(());
        };
        if seen.refused.is_some() {
            return refused("refused_by_shop", "the shop has to be connected again");
        }
        let missing = self.platform.missing_rights(&seen.scopes);
        if !missing.is_empty() {
            let names = missing.join(", ");
            let message = format!("the shop has to be connected again: it does not allow {names}");
            return refused("rights_missing", &message);
        }
        Ok(())
    }
}

fn no_access() -> Status {
    precondition(
        "no_access",
        "connection",
        "the connection has no access to the shop's API",
    )
}

fn refusal(error: &FetchError) -> Status {
    match error {
        FetchError::Refused { .. } => precondition(
            "refused_by_shop",
            "connection",
            "the shop has to be connected again",
        ),
        FetchError::NoAccess | FetchError::Insecure { .. } => no_access(),
        FetchError::Gone | FetchError::Unreadable { .. } | FetchError::TryLater { .. } => {
            tracing::warn!(%error, "a shop cannot be lent");
            unavailable("the shop gives no access just now")
        }
    }
}

fn lease_into(
    api: &ApiAccess,
    allowance: &Allowance,
    loan: Loan,
    valid_until: Timestamp,
    orders: Orders,
) -> wire::LeaseShopResponse {
    let ApiAccess { url, key, secret } = api;
    let Loan { units, more_in } = loan;
    let Orders {
        unread_since,
        listed_to,
    } = orders;
    // Who comes back a moment too early is lent nothing.
    let more_in = more_in.as_nanos().div_ceil(1_000_000);
    wire::LeaseShopResponse {
        url: url.as_str().to_owned(),
        key: key.expose_secret().to_owned(),
        secret: secret.expose_secret().to_owned(),
        is_plain_http: !url.is_https(),
        valid_until: Some(instant_into(valid_until)),
        units,
        more_in_ms: u32::try_from(more_in).unwrap_or(u32::MAX),
        per_second: allowance.per_second,
        at_once: allowance.at_once,
        unread_since: unread_since.map(instant_into),
        orders_listed_to: listed_to.map(instant_into),
    }
}
