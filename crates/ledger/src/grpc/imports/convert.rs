//! Imports on the wire, by full destructuring.

use proto::convert::{instant_into, quantity_into};
use proto::ledger as wire;

use crate::decide::{Imported, Kept};
use crate::store::{
    ImportCounts, ImportLevelView, ImportOrderView, ImportState, ImportView, PreviewedLevel,
    PreviewedOrder, Undo,
};

pub fn import_into(view: &ImportView) -> wire::Import {
    let ImportView {
        import,
        retailer,
        connection,
        state,
        began_at,
        ended_at,
        undone_at,
        counts,
    } = view;
    wire::Import {
        import_id: import.to_string(),
        retailer_id: retailer.to_string(),
        connection_id: connection.to_string(),
        state: state_into(*state).into(),
        began_at: Some(instant_into(*began_at)),
        ended_at: ended_at.map(instant_into),
        undone_at: undone_at.map(instant_into),
        counts: Some(counts_into(*counts)),
    }
}

fn counts_into(counts: ImportCounts) -> wire::ImportCounts {
    let ImportCounts {
        made,
        changed,
        already_recorded,
        not_imported,
        held,
        parked,
        undone,
        kept,
    } = counts;
    wire::ImportCounts {
        made,
        changed,
        already_recorded,
        not_imported,
        held,
        parked,
        undone,
        kept,
    }
}

const fn state_into(state: ImportState) -> wire::ImportState {
    match state {
        ImportState::Running => wire::ImportState::Running,
        ImportState::Complete => wire::ImportState::Complete,
        ImportState::Cancelled => wire::ImportState::Cancelled,
        ImportState::Undoing => wire::ImportState::Undoing,
        ImportState::Undone => wire::ImportState::Undone,
    }
}

const fn imported_into(imported: Imported) -> wire::ImportedAs {
    match imported {
        Imported::Made => wire::ImportedAs::Made,
        Imported::Changed => wire::ImportedAs::Changed,
        Imported::AlreadyRecorded => wire::ImportedAs::AlreadyRecorded,
        Imported::NotImported => wire::ImportedAs::NotImported,
        Imported::Held => wire::ImportedAs::Held,
        Imported::Parked => wire::ImportedAs::Parked,
    }
}

pub fn previewed_order_into(order: PreviewedOrder) -> wire::PreviewedOrder {
    let PreviewedOrder {
        order,
        imported,
        reason,
    } = order;
    let (reason, detail) = reason.unwrap_or_default();
    wire::PreviewedOrder {
        order_id: order,
        imported_as: imported_into(imported).into(),
        reason,
        detail,
    }
}

pub fn previewed_level_into(level: PreviewedLevel) -> wire::PreviewedLevel {
    let PreviewedLevel {
        key,
        item,
        sku,
        name,
        outlet,
        on_hand,
        on_hand_after,
    } = level;
    wire::PreviewedLevel {
        key,
        item_id: item.map(|item| item.to_string()).unwrap_or_default(),
        sku,
        name,
        outlet_id: outlet.to_string(),
        on_hand: Some(quantity_into(on_hand)),
        on_hand_after: Some(quantity_into(on_hand_after)),
        goes_negative: on_hand_after.milli() < 0,
    }
}

pub fn imported_order_into(order: ImportOrderView) -> wire::ImportedOrder {
    let ImportOrderView {
        order,
        imported,
        sale,
        recorded_at,
        undo,
    } = order;
    let (undo, kept_reason) = undo_into(undo);
    wire::ImportedOrder {
        order_id: order,
        imported_as: imported_into(imported).into(),
        sale_id: sale.map(|sale| sale.to_string()).unwrap_or_default(),
        recorded_at: Some(instant_into(recorded_at)),
        undo: undo.into(),
        kept_reason: kept_reason.into(),
    }
}

const fn undo_into(undo: Option<Undo>) -> (wire::Undo, wire::KeptReason) {
    match undo {
        None => (wire::Undo::Unspecified, wire::KeptReason::Unspecified),
        Some(Undo::Undone) => (wire::Undo::Undone, wire::KeptReason::Unspecified),
        Some(Undo::Kept(Kept::MovedSince)) => (wire::Undo::Kept, wire::KeptReason::MovedSince),
        Some(Undo::Kept(Kept::SaleBefore)) => (wire::Undo::Kept, wire::KeptReason::SaleBefore),
        Some(Undo::Kept(Kept::PaidHere)) => (wire::Undo::Kept, wire::KeptReason::PaidHere),
        Some(Undo::Kept(Kept::InvoicedHere)) => (wire::Undo::Kept, wire::KeptReason::InvoicedHere),
        Some(Undo::Kept(Kept::HandedOverHere)) => {
            (wire::Undo::Kept, wire::KeptReason::HandedOverHere)
        }
    }
}

pub fn level_into(level: ImportLevelView) -> wire::ImportLevel {
    let ImportLevelView {
        item,
        sku,
        name,
        outlet,
        on_hand_before,
        on_hand_now,
    } = level;
    wire::ImportLevel {
        item_id: item.to_string(),
        sku,
        name,
        outlet_id: outlet.to_string(),
        on_hand_before: Some(quantity_into(on_hand_before)),
        on_hand_now: Some(quantity_into(on_hand_now)),
    }
}
