//! What people did to hand sales over, between views and the wire.

use proto::convert::{instant_into, quantity_from, quantity_into};
use proto::ledger as wire;
use proto::ledger::FulfilmentStep as WireStep;
use retail::fulfilment::Step;
use retail::{LineKey, Order, Quantity};
use tonic::Status;

use super::ask;
use super::error::bad_field;
use crate::decide::Stage;
use crate::store::{Part, PartView, StepView, Tracking};

/// Longest name of a carrier, in bytes.
const CARRIER_LIMIT_BYTES: usize = 100;
/// Longest number of a parcel, in bytes.
const NUMBER_LIMIT_BYTES: usize = 200;
/// Longest address to follow a parcel at, in bytes.
const URL_LIMIT_BYTES: usize = 2_000;

/// `None` when all are meant.
pub fn stage_from(step: i32) -> Result<Option<Stage>, Status> {
    match WireStep::try_from(step) {
        Ok(WireStep::Unspecified) => Ok(None),
        Ok(WireStep::ToPick) => Ok(Some(Stage::ToPick)),
        Ok(WireStep::Picked) => Ok(Some(Stage::Picked)),
        Ok(WireStep::Packed) => Ok(Some(Stage::Packed)),
        Ok(WireStep::Shipped) => Ok(Some(Stage::Shipped)),
        Ok(WireStep::Collected) => Ok(Some(Stage::Collected)),
        Err(error) => Err(bad_field("step", error)),
    }
}

/// A step that can be taken.
pub fn step_from(step: i32) -> Result<Step, Status> {
    match stage_from(step)? {
        None => Err(bad_field("step", "is missing")),
        Some(Stage::ToPick) => Err(bad_field("step", "is where goods are before any step")),
        Some(Stage::Picked) => Ok(Step::Picked),
        Some(Stage::Packed) => Ok(Step::Packed),
        Some(Stage::Shipped) => Ok(Step::Shipped),
        Some(Stage::Collected) => Ok(Step::Collected),
    }
}

/// A step that can be taken back.
pub fn undone_from(step: i32) -> Result<Step, Status> {
    let step = step_from(step)?;
    if step.hands_over() {
        return Err(bad_field("step", "cannot be undone: the goods are gone"));
    }
    Ok(step)
}

pub const fn step_into(step: Step) -> WireStep {
    match step {
        Step::Picked => WireStep::Picked,
        Step::Packed => WireStep::Packed,
        Step::Shipped => WireStep::Shipped,
        Step::Collected => WireStep::Collected,
    }
}

/// At most as many as an order may have lines.
pub fn parts(parts: Vec<wire::FulfilmentPart>) -> Result<Vec<Part>, Status> {
    if parts.len() > Order::LINES_LIMIT {
        let problem = format!(
            "must be at most {}, not {}",
            Order::LINES_LIMIT,
            parts.len()
        );
        return Err(bad_field("parts", problem));
    }
    let parts = parts.into_iter().enumerate();
    parts
        .map(|(place, part)| {
            let wire::FulfilmentPart { line_key, quantity } = part;
            let field = |name: &str| format!("parts[{place}].{name}");
            let line =
                LineKey::new(&line_key).map_err(|error| bad_field(&field("line_key"), error))?;
            let quantity = quantity_from("quantity", quantity)
                .map_err(|error| bad_field(&field("quantity"), error))?;
            if quantity <= Quantity::ZERO {
                return Err(bad_field(&field("quantity"), "must be more than zero"));
            }
            Ok(Part { line, quantity })
        })
        .collect()
}

/// Of what is shipped only.
pub fn tracking(step: Step, tracking: Option<wire::Tracking>) -> Result<Tracking, Status> {
    let Some(wire::Tracking {
        carrier,
        number,
        url,
    }) = tracking
    else {
        return Ok(Tracking::default());
    };
    if step != Step::Shipped {
        return Err(bad_field("tracking", "is of what is shipped"));
    }
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if !url.is_empty() && !is_web {
        return Err(bad_field("tracking.url", "is not an http or https address"));
    }
    Ok(Tracking {
        carrier: ask::text("tracking.carrier", carrier, CARRIER_LIMIT_BYTES)?,
        number: ask::text("tracking.number", number, NUMBER_LIMIT_BYTES)?,
        url: ask::text("tracking.url", url, URL_LIMIT_BYTES)?,
    })
}

pub fn tracking_into(step: Step, tracking: Tracking) -> Option<wire::Tracking> {
    let Tracking {
        carrier,
        number,
        url,
    } = tracking;
    (step == Step::Shipped).then_some(wire::Tracking {
        carrier,
        number,
        url,
    })
}

pub fn act_into(done: StepView) -> wire::FulfilmentAct {
    let StepView {
        id,
        sale,
        number,
        step,
        is_undone,
        parts,
        tracking,
        actor,
        note,
        done_at,
    } = done;
    wire::FulfilmentAct {
        act_id: id.to_string(),
        sale_id: sale.to_string(),
        number,
        step: step_into(step).into(),
        is_undone,
        parts: parts.into_iter().map(part_into).collect(),
        tracking: tracking_into(step, tracking),
        actor,
        note,
        done_at: Some(instant_into(done_at)),
    }
}

fn part_into(part: PartView) -> wire::FulfilmentPart {
    let PartView { line, quantity } = part;
    wire::FulfilmentPart {
        line_key: line,
        quantity: Some(quantity_into(quantity)),
    }
}
