use bus::{Address, Reason, Subject};
use prost::Message as _;
use proto::connect as wire;
use proto::convert::quantity_from;
use retail::{ConnectionId, PlatformCode, Quantity, RetailerId};

use super::Take;
use super::reader::Taken;
use crate::store::{Store, Told, ToldConnection};

/// Which shops there are.
pub(super) struct Connections(pub(super) Store);

impl Take for Connections {
    const WHAT: &'static str = "a connection";

    async fn take(&self, subject: &Subject, payload: &[u8]) -> Result<Taken, Reason> {
        let told = read(subject, payload)?;
        Ok(match self.0.know(&told).await {
            Ok(Told::Recorded | Told::AlreadyRecorded) => Taken::Done,
            Ok(Told::Refused) => {
                Taken::Refused(format!("connection {} was told otherwise before", told.id))
            }
            Err(error) => error.into(),
        })
    }
}

/// The subject is what the sender was allowed to use.
fn read(subject: &Subject, payload: &[u8]) -> Result<ToldConnection, Reason> {
    let reason = |code, detail: String| Reason { code, detail };
    let Ok(Address::Connection {
        platform,
        connection,
    }) = subject.address()
    else {
        let detail = format!("{subject} is no connection's subject");
        return Err(reason("not_its_subject", detail));
    };
    let known = wire::KnownConnection::decode(payload)
        .map_err(|error| reason("malformed", error.to_string()))?;
    let told = told_from(known).map_err(|field| reason("bad_field", field.to_owned()))?;
    if told.platform != platform || told.id != connection {
        let detail = "the message names another connection than its subject".to_owned();
        return Err(reason("not_its_subject", detail));
    }
    Ok(told)
}

/// The error names the field.
fn told_from(known: wire::KnownConnection) -> Result<ToldConnection, &'static str> {
    let is_linked = match known.state() {
        wire::ConnectionState::Live | wire::ConnectionState::Paused => true,
        wire::ConnectionState::Disconnected | wire::ConnectionState::Uninstalled => false,
        wire::ConnectionState::Unspecified => return Err("state"),
    };
    // An ingest service that knows of no sides says none: all stock was managed here.
    let is_stock_ours = match known.stock_side() {
        wire::StockSide::Pos | wire::StockSide::Unspecified => true,
        wire::StockSide::Shop => false,
    };
    let wire::KnownConnection {
        connection_id,
        retailer_id,
        platform,
        state: _,
        // Where and when orders are booked is the ledger's.
        register_id: _,
        automatic_updates: _,
        order_updates: _,
        stock_at: _,
        shipping_item_at_link: _,
        channel_buffer,
        version,
        stock_side: _,
    } = known;
    let id: ConnectionId = connection_id.parse().map_err(|_| "connection_id")?;
    let retailer: RetailerId = retailer_id.parse().map_err(|_| "retailer_id")?;
    let buffer = match channel_buffer {
        None => Quantity::ZERO,
        some => quantity_from("channel_buffer", some).map_err(|_| "channel_buffer")?,
    };
    Ok(ToldConnection {
        id,
        retailer,
        platform: PlatformCode::new(&platform).map_err(|_| "platform")?,
        is_linked,
        is_stock_ours,
        buffer,
        version,
    })
}
