//! Checks what requests have in common.

use proto::convert::WireError;
use proto::ledger::Act as WireAct;
use retail::{ConnectionId, ProductId, RetailerId, SheetId};
use tonic::Status;
use uuid::Uuid;

use super::error::bad_field;
use crate::store::Act;

/// Longest name of a person, in bytes.
const ACTOR_LIMIT_BYTES: usize = 200;
/// Longest note, in bytes.
const NOTE_LIMIT_BYTES: usize = 2_000;

pub fn retailer(id: &str) -> Result<RetailerId, Status> {
    required("retailer_id", id).map(RetailerId::new)
}

pub fn product(id: &str) -> Result<ProductId, Status> {
    required("product_id", id).map(ProductId::new)
}

pub fn sheet(id: &str) -> Result<SheetId, Status> {
    required("sheet_id", id).map(SheetId::new)
}

pub fn connection(id: &str) -> Result<ConnectionId, Status> {
    required("connection_id", id).map(ConnectionId::new)
}

pub fn required(field: &str, id: &str) -> Result<Uuid, Status> {
    if id.is_empty() {
        return Err(bad_field(field, "is missing"));
    }
    Uuid::try_parse(id).map_err(|_| bad_field(field, "is not a UUID"))
}

/// Who asks for what, once.
pub fn act(act: Option<WireAct>) -> Result<Act, Status> {
    let WireAct {
        request_id,
        actor,
        note,
    } = act.ok_or_else(|| bad_field("act", "is missing"))?;
    Ok(Act {
        request: required("act.request_id", &request_id)?,
        actor: text("act.actor", actor, ACTOR_LIMIT_BYTES)?,
        note: text("act.note", note, NOTE_LIMIT_BYTES)?,
    })
}

/// A text that the database can hold.
pub fn text(field: &str, text: String, limit: usize) -> Result<String, Status> {
    if text.len() > limit {
        let problem = format!("has {} bytes, more than {limit}", text.len());
        return Err(bad_field(field, problem));
    }
    if text.contains('\0') {
        return Err(bad_field(field, "holds a NUL"));
    }
    Ok(text)
}

/// The same; `None` when nothing is said.
pub fn optional_text(field: &str, asked: String, limit: usize) -> Result<Option<String>, Status> {
    let asked = text(field, asked, limit)?;
    Ok(Some(asked).filter(|asked| !asked.is_empty()))
}

/// At most `limit` of them, each once.
pub fn each_once<T: Ord>(field: &str, all: &[T], limit: usize) -> Result<(), Status> {
    if all.len() > limit {
        let problem = format!("must be at most {limit}, not {}", all.len());
        return Err(bad_field(field, problem));
    }
    let mut sorted: Vec<&T> = all.iter().collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(bad_field(field, "has one twice"));
    }
    Ok(())
}

pub fn wrong(error: WireError) -> Status {
    match error {
        WireError::Missing(field) => bad_field(field, "is missing"),
        WireError::Invalid { field, reason } => bad_field(field, reason),
    }
}
