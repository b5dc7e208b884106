//! What is told of a connection. Never a secret.

use jiff::Timestamp;
use proto::connect as wire;
use proto::convert::instant_into;
use shop::{Connection, HookReport, StoreIdentity};

use crate::store::{
    AccessSeen, ConnectionState, Counted, HooksSeen, MissedCount, OrderCount, PollState,
    StoredConnection,
};

pub(super) fn connection_into(stored: &StoredConnection) -> wire::Connection {
    let StoredConnection {
        connection:
            Connection {
                id,
                retailer,
                platform,
                secrets: _,
                api,
            },
        state,
        created_at,
        store,
        settings: _,
        imports: _,
        version: _,
    } = stored;
    let api = api.as_ref();
    wire::Connection {
        connection_id: id.to_string(),
        retailer_id: retailer.to_string(),
        platform: platform.to_string(),
        shop_url: api.map(|api| api.url.to_string()).unwrap_or_default(),
        state: state_into(*state).into(),
        created_at: Some(instant_into(*created_at)),
        store: store.as_ref().map(store_into),
    }
}

pub(crate) const fn state_into(state: ConnectionState) -> wire::ConnectionState {
    match state {
        ConnectionState::Live => wire::ConnectionState::Live,
        ConnectionState::Paused => wire::ConnectionState::Paused,
        ConnectionState::Disconnected => wire::ConnectionState::Disconnected,
        ConnectionState::Uninstalled => wire::ConnectionState::Uninstalled,
    }
}

fn store_into(store: &StoreIdentity) -> wire::Store {
    let StoreIdentity {
        id,
        name,
        currency,
        time_zone,
    } = store.clone();
    wire::Store {
        id,
        name,
        currency: currency.unwrap_or_default(),
        time_zone: time_zone.unwrap_or_default(),
    }
}

pub(super) fn health_into(
    last_delivery: Option<Timestamp>,
    poll: PollState,
    hooks: HooksSeen,
    missed: MissedCount,
    counted: Option<Counted>,
    access: Option<wire::Access>,
    kept_deliveries: u64,
) -> wire::Health {
    let PollState {
        followed_from: _,
        polled_to,
        underway: _,
        last_polled_at,
        failures,
        last_failure,
    } = poll;
    let MissedCount {
        confirmed,
        suspected: _,
    } = missed;
    wire::Health {
        last_delivery_at: last_delivery.map(instant_into),
        last_polled_at: last_polled_at.map(instant_into),
        polled_to: Some(instant_into(polled_to)),
        poll_failures: failures,
        last_poll_failure: last_failure.unwrap_or_default(),
        hooks: Some(hooks_into(hooks)),
        missed_changes: confirmed,
        kept_deliveries,
        access,
        order_count: counted.map(count_into),
    }
}

fn count_into(counted: Counted) -> wire::OrderCount {
    let Counted {
        at,
        placed_since,
        orders,
    } = counted;
    let OrderCount {
        sales,
        parked,
        not_imported,
        too_old,
        waiting,
        missing,
    } = orders;
    wire::OrderCount {
        counted_at: Some(instant_into(at)),
        placed_since: Some(instant_into(placed_since)),
        orders: orders.all(),
        sales,
        parked,
        not_imported,
        too_old,
        waiting,
        missing,
    }
}

/// `missing`: the rights that the shop would have to grant beside what it did.
pub(super) fn access_into(seen: AccessSeen, missing: &[&str]) -> wire::Access {
    let AccessSeen {
        access_until,
        refresh_until,
        scopes,
        renewed_at,
        refused,
    } = seen;
    let too_little = || {
        format!(
            "the shop does not allow {}: connect it again",
            missing.join(", ")
        )
    };
    let too_little = (!missing.is_empty()).then(too_little);
    let refusal = refused.map(|(_, why)| why).or(too_little);
    let state = match refusal {
        None => wire::AccessState::Granted,
        Some(_) => wire::AccessState::ConnectAgain,
    };
    wire::Access {
        state: state.into(),
        access_until: access_until.map(instant_into),
        refresh_until: refresh_until.map(instant_into),
        renewed_at: Some(instant_into(renewed_at)),
        scopes,
        refusal: refusal.unwrap_or_default(),
    }
}

fn hooks_into(seen: HooksSeen) -> wire::Hooks {
    let HooksSeen {
        report,
        failures,
        last_failure,
    } = seen;
    let (checked_at, report) = report.unzip();
    let HookReport {
        sound,
        mended,
        created,
        removed,
    } = report.unwrap_or_default();
    wire::Hooks {
        checked_at: checked_at.map(instant_into),
        sound: count(sound),
        mended: count(mended),
        created: count(created),
        removed: count(removed),
        failures,
        last_failure: last_failure.unwrap_or_default(),
    }
}

pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
