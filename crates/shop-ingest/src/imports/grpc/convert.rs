//! Imports on the wire, by full destructuring.

use proto::connect as wire;
use proto::convert::{instant_into, quantity_into};
use retail::Quantity;
use tonic::Status;

use crate::store::{
    ImportJob, ImportKind, JobState, PlanCounts, PlannedLevel, PlannedOrder, Verdict,
};
use service::refusal::bad_field;

pub(super) fn kind_from(kind: wire::ImportKind) -> Result<ImportKind, Status> {
    match kind {
        wire::ImportKind::All => Ok(ImportKind::All),
        wire::ImportKind::New => Ok(ImportKind::New),
        wire::ImportKind::Unspecified => Err(bad_field("kind", "is missing")),
    }
}

const fn kind_into(kind: ImportKind) -> wire::ImportKind {
    match kind {
        ImportKind::All => wire::ImportKind::All,
        ImportKind::New => wire::ImportKind::New,
    }
}

const fn state_into(state: JobState) -> wire::ImportJobState {
    match state {
        JobState::Scanning => wire::ImportJobState::Scanning,
        JobState::Planned => wire::ImportJobState::Planned,
        JobState::Committing => wire::ImportJobState::Committing,
        JobState::Settling => wire::ImportJobState::Settling,
        JobState::Complete => wire::ImportJobState::Complete,
        JobState::Cancelling => wire::ImportJobState::Cancelling,
        JobState::Cancelled => wire::ImportJobState::Cancelled,
    }
}

const fn verdict_into(verdict: Verdict) -> wire::Verdict {
    match verdict {
        Verdict::New => wire::Verdict::New,
        Verdict::Changed => wire::Verdict::Changed,
        Verdict::Known => wire::Verdict::Known,
        Verdict::NotImported => wire::Verdict::NotImported,
        Verdict::Held => wire::Verdict::Held,
        Verdict::TooOld => wire::Verdict::TooOld,
        Verdict::NoShippingMethod => wire::Verdict::NoShippingMethod,
        Verdict::DeletedProduct => wire::Verdict::DeletedProduct,
        Verdict::UnknownStatus => wire::Verdict::UnknownStatus,
        Verdict::Refused => wire::Verdict::Refused,
        Verdict::Gone => wire::Verdict::Gone,
    }
}

/// `None`: all.
pub(super) fn verdict_from(verdict: wire::Verdict) -> Option<Verdict> {
    Verdict::ALL
        .into_iter()
        .find(|known| verdict_into(*known) == verdict)
}

pub(super) fn job_into(job: &ImportJob, counts: PlanCounts) -> wire::ImportJob {
    let ImportJob {
        import,
        connection,
        retailer,
        kind,
        since,
        state,
        paused,
        next: _,
        settled: _,
        settled_at: _,
        created_at,
        changed_at,
        failures,
        last_failure,
    } = job;
    let PlanCounts {
        by_verdict,
        to_tell,
        told,
    } = counts;
    wire::ImportJob {
        import_id: import.to_string(),
        retailer_id: retailer.to_string(),
        connection_id: connection.to_string(),
        kind: kind_into(*kind).into(),
        since: since.map(instant_into),
        state: state_into(*state).into(),
        paused: *paused,
        created_at: Some(instant_into(*created_at)),
        changed_at: Some(instant_into(*changed_at)),
        found: by_verdict.iter().map(|(_, orders)| orders).sum(),
        counts: by_verdict
            .into_iter()
            .map(|(verdict, orders)| wire::VerdictCount {
                verdict: verdict_into(verdict).into(),
                orders,
            })
            .collect(),
        to_tell,
        told,
        failures: *failures,
        last_failure: last_failure.clone().unwrap_or_default(),
    }
}

pub(super) fn planned_order_into(order: PlannedOrder) -> wire::PlannedOrder {
    let PlannedOrder {
        order,
        placed_at,
        verdict,
        reason,
        detail,
        told_at,
    } = order;
    wire::PlannedOrder {
        order_id: order,
        placed_at: Some(instant_into(placed_at)),
        verdict: verdict_into(verdict).into(),
        reason,
        detail,
        told_at: told_at.map(instant_into),
    }
}

pub(super) fn planned_level_into(level: PlannedLevel) -> wire::PlannedLevel {
    let PlannedLevel {
        key: _,
        outlet,
        item,
        sku,
        name,
        on_hand,
        change,
    } = level;
    let after = on_hand.milli().saturating_add(change.milli());
    wire::PlannedLevel {
        sku,
        name,
        outlet_id: outlet.to_string(),
        item_id: item.map(|item| item.to_string()).unwrap_or_default(),
        on_hand: Some(quantity_into(on_hand)),
        on_hand_after: Some(quantity_into(Quantity::from_milli(after))),
        goes_negative: after < 0,
    }
}
