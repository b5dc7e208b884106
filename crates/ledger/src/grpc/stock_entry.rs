//! What people did to stock, between views and the wire.

use proto::convert::{instant_into, quantity_from, quantity_into};
use proto::ledger as wire;
use retail::stock::AdjustmentReason;
use retail::{Quantity, Sku};
use tonic::Status;
use uuid::Uuid;

use super::ask;
use super::error::bad_field;
use crate::store::{AskedItem, AskedLine, EntryCause, EntryKind, EntryLineView, EntryView};

/// Lines of one question at most.
const LINES_LIMIT: usize = 500;
/// Largest quantity of a line: a level takes millions of them.
const LINE_LIMIT: Quantity = Quantity::from_milli(1_000_000_000 * Quantity::SCALE);
/// Longest number on somebody else's paper, in bytes.
const REFERENCE_LIMIT_BYTES: usize = 200;

/// What the quantity of a line may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    AnyButZero,
    MoreThanZero,
    ZeroOrMore,
}

/// From one to [`LINES_LIMIT`] lines.
pub fn lines(lines: Vec<wire::StockLine>, allowed: Allowed) -> Result<Vec<AskedLine>, Status> {
    if lines.is_empty() {
        return Err(bad_field("lines", "is missing"));
    }
    lines_or_none(lines, allowed)
}

/// At most [`LINES_LIMIT`] lines.
pub fn lines_or_none(
    lines: Vec<wire::StockLine>,
    allowed: Allowed,
) -> Result<Vec<AskedLine>, Status> {
    if lines.len() > LINES_LIMIT {
        let count = lines.len();
        let problem = format!("must be at most {LINES_LIMIT}, not {count}");
        return Err(bad_field("lines", problem));
    }
    let lines = lines.into_iter().enumerate();
    lines
        .map(|(place, line)| line_from(line, allowed).map_err(|wrong| wrong.at(place)))
        .collect()
}

/// What is wrong with a line.
struct Wrong {
    field: &'static str,
    reason: String,
}

impl Wrong {
    fn new(field: &'static str, reason: impl std::fmt::Display) -> Self {
        let reason = reason.to_string();
        Self { field, reason }
    }

    fn at(self, place: usize) -> Status {
        let Self { field, reason } = self;
        bad_field(&format!("lines[{place}].{field}"), reason)
    }
}

fn line_from(line: wire::StockLine, allowed: Allowed) -> Result<AskedLine, Wrong> {
    let wire::StockLine { item, quantity } = line;
    let item = match item {
        None => return Err(Wrong::new("item", "is missing")),
        Some(wire::stock_line::Item::ItemId(id)) => Uuid::try_parse(&id)
            .map(AskedItem::Id)
            .map_err(|_| Wrong::new("item_id", "is not a UUID"))?,
        Some(wire::stock_line::Item::Sku(sku)) => Sku::new(&sku)
            .map(AskedItem::Sku)
            .map_err(|error| Wrong::new("sku", error))?,
    };
    let wrong = |reason: String| Wrong::new("quantity", reason);
    let quantity = quantity_from("quantity", quantity).map_err(|error| wrong(error.to_string()))?;
    let is_allowed = match allowed {
        Allowed::AnyButZero => !quantity.is_zero(),
        Allowed::MoreThanZero => quantity > Quantity::ZERO,
        Allowed::ZeroOrMore => quantity >= Quantity::ZERO,
    };
    if !is_allowed {
        return Err(wrong(format!("must be {}", allowed.in_words())));
    }
    if quantity.milli().unsigned_abs() > LINE_LIMIT.milli().unsigned_abs() {
        return Err(wrong(format!("is more than {LINE_LIMIT}")));
    }
    Ok(AskedLine { item, quantity })
}

impl Allowed {
    const fn in_words(self) -> &'static str {
        match self {
            Self::AnyButZero => "other than zero",
            Self::MoreThanZero => "more than zero",
            Self::ZeroOrMore => "zero or more",
        }
    }
}

/// A number on somebody else's paper.
pub fn reference(text: String) -> Result<String, Status> {
    ask::text("reference", text, REFERENCE_LIMIT_BYTES)
}

pub fn reason_from(reason: i32) -> Result<AdjustmentReason, Status> {
    use wire::AdjustmentReason as Wire;
    match Wire::try_from(reason) {
        Ok(Wire::Unspecified) => Err(bad_field("reason", "is missing")),
        Ok(Wire::Damaged) => Ok(AdjustmentReason::Damaged),
        Ok(Wire::Expired) => Ok(AdjustmentReason::Expired),
        Ok(Wire::Lost) => Ok(AdjustmentReason::Lost),
        Ok(Wire::Found) => Ok(AdjustmentReason::Found),
        Ok(Wire::InternalUse) => Ok(AdjustmentReason::InternalUse),
        Ok(Wire::ReturnedToSupplier) => Ok(AdjustmentReason::ReturnedToSupplier),
        Ok(Wire::Correction) => Ok(AdjustmentReason::Correction),
        Ok(Wire::Other) => Ok(AdjustmentReason::Other),
        Err(error) => Err(bad_field("reason", error)),
    }
}

const fn reason_into(reason: AdjustmentReason) -> wire::AdjustmentReason {
    match reason {
        AdjustmentReason::Damaged => wire::AdjustmentReason::Damaged,
        AdjustmentReason::Expired => wire::AdjustmentReason::Expired,
        AdjustmentReason::Lost => wire::AdjustmentReason::Lost,
        AdjustmentReason::Found => wire::AdjustmentReason::Found,
        AdjustmentReason::InternalUse => wire::AdjustmentReason::InternalUse,
        AdjustmentReason::ReturnedToSupplier => wire::AdjustmentReason::ReturnedToSupplier,
        AdjustmentReason::Correction => wire::AdjustmentReason::Correction,
        AdjustmentReason::Other => wire::AdjustmentReason::Other,
    }
}

/// `None` when all are meant.
pub fn kind_from(cause: i32) -> Result<Option<EntryKind>, Status> {
    use wire::MovementCause as Wire;
    match Wire::try_from(cause) {
        Ok(Wire::Unspecified) => Ok(None),
        Ok(Wire::Sale) => Err(bad_field("cause", "is no entry's")),
        Ok(Wire::Adjustment) => Ok(Some(EntryKind::Adjustment)),
        Ok(Wire::GoodsReceived) => Ok(Some(EntryKind::GoodsReceived)),
        Ok(Wire::StockTake) => Ok(Some(EntryKind::StockTake)),
        Ok(Wire::TransferSent) => Ok(Some(EntryKind::TransferSent)),
        Ok(Wire::TransferReceived) => Ok(Some(EntryKind::TransferReceived)),
        Err(error) => Err(bad_field("cause", error)),
    }
}

pub const fn entry_cause_into(kind: EntryKind) -> wire::MovementCause {
    match kind {
        EntryKind::Adjustment => wire::MovementCause::Adjustment,
        EntryKind::GoodsReceived => wire::MovementCause::GoodsReceived,
        EntryKind::StockTake => wire::MovementCause::StockTake,
        EntryKind::TransferSent => wire::MovementCause::TransferSent,
        EntryKind::TransferReceived => wire::MovementCause::TransferReceived,
    }
}

pub fn entry_into(entry: EntryView) -> wire::StockEntry {
    let EntryView {
        entry,
        outlet,
        cause,
        reference,
        actor,
        note,
        recorded_at,
        lines,
    } = entry;
    let (reason, transfer) = match cause {
        EntryCause::Adjustment(reason) => (reason_into(reason), None),
        EntryCause::GoodsReceived | EntryCause::StockTake => {
            (wire::AdjustmentReason::Unspecified, None)
        }
        EntryCause::TransferSent => (wire::AdjustmentReason::Unspecified, Some(entry)),
        EntryCause::TransferReceived { transfer } => {
            (wire::AdjustmentReason::Unspecified, Some(transfer))
        }
    };
    wire::StockEntry {
        entry_id: entry.to_string(),
        outlet_id: outlet.to_string(),
        cause: entry_cause_into(cause.kind()).into(),
        reason: reason.into(),
        reference,
        transfer_id: transfer.map(|id| id.to_string()).unwrap_or_default(),
        actor,
        note,
        recorded_at: Some(instant_into(recorded_at)),
        lines: lines.into_iter().map(line_into).collect(),
    }
}

fn line_into(line: EntryLineView) -> wire::StockEntryLine {
    let EntryLineView {
        item,
        sku,
        name,
        quantity,
    } = line;
    wire::StockEntryLine {
        item_id: item.to_string(),
        sku,
        name,
        quantity: Some(quantity_into(quantity)),
    }
}
