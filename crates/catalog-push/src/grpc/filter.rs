//! Which products are meant.

use proto::catalog as wire;
use retail::ConnectionId;
use retail::catalogue::{Activity, ChannelFilter, Place};
use tonic::Status;
use uuid::Uuid;

use super::ask::optional_text;
use super::error::bad_field;
use crate::store::Filter;

/// Longest text of a condition, in bytes.
const TEXT_LIMIT_BYTES: usize = 255;

pub fn filter_from(filter: wire::ProductFilter) -> Result<Filter, Status> {
    let wire::ProductFilter {
        state,
        channel,
        connection_id,
        text,
        sku,
        brand,
        category,
        supplier,
        tag,
        deleted,
    } = filter;
    let activity = match wire::ChannelState::try_from(state) {
        Ok(wire::ChannelState::Unspecified) => Activity::All,
        Ok(wire::ChannelState::Active) => Activity::Active,
        Ok(wire::ChannelState::Inactive) => Activity::Inactive,
        Err(error) => return Err(bad_field("filter.state", error)),
    };
    let place = match wire::Channel::try_from(channel) {
        Ok(wire::Channel::Unspecified) => Place::All,
        Ok(wire::Channel::InStore) => Place::InStore,
        Ok(wire::Channel::Online) => Place::Online,
        Err(error) => return Err(bad_field("filter.channel", error)),
    };
    let connection = match connection_id.as_str() {
        "" => None,
        id => {
            let id = Uuid::try_parse(id);
            Some(id.map_err(|_| bad_field("filter.connection_id", "is not a UUID"))?)
        }
    };
    let read = |field, asked| optional_text(field, asked, TEXT_LIMIT_BYTES);
    let trimmed = |field, asked: String| read(field, asked.trim().to_owned());
    Ok(Filter {
        channel: ChannelFilter { activity, place },
        connection: connection.map(ConnectionId::new),
        text: read("filter.text", text)?,
        sku: trimmed("filter.sku", sku)?,
        brand: trimmed("filter.brand", brand)?,
        category: trimmed("filter.category", category)?,
        supplier: trimmed("filter.supplier", supplier)?,
        tag: trimmed("filter.tag", tag)?,
        deleted,
    })
}
