//! What happens to an order next, by the shop's clock.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::sim::{Order, Status};

/// What of one order a listener has taken.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The newest version.
    version: Option<usize>,
    /// Lines that were told with what they are of.
    lines: BTreeSet<u64>,
}

impl Told {
    pub(super) fn add(&mut self, version: usize, order: &Order) {
        self.version = self.version.max(Some(version));
        if !matches!(order.status, Status::CheckoutDraft | Status::Packing) {
            let lines = order.lines.iter().filter(|line| !line.is_forgotten);
            self.lines.extend(lines.map(|line| line.id));
        }
    }
}

/// The order after what `plot` has for its version number `version`, stamped as of `now`. `stamped` are
/// all its versions so far.
pub(super) fn happen(
    plot: &[Order],
    version: usize,
    stamped: &[Order],
    told: Option<&Told>,
    now: Timestamp,
) -> Order {
    let mut order = plot[version].clone();
    let before = stamped.last();
    let earlier = version.checked_sub(1).map(|earlier| &plot[earlier]);
    let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let restamped = |plotted: Option<Timestamp>, of: fn(&Order) -> Option<Timestamp>| {
        plotted.map(|at| match (earlier.and_then(of), before.and_then(of)) {
            (Some(known), Some(stamped)) if known == at => stamped,
            (_, _) => second,
        })
    };
    order.paid_at = restamped(order.paid_at, |order| order.paid_at);
    order.completed_at = restamped(order.completed_at, |order| order.completed_at);
    order.created_at = before.map_or(second, |before| before.created_at);
    order.modified_at = before.map_or(second, |before| second.max(before.modified_at));

    for line in &mut order.lines {
        line.is_forgotten &= told.is_some_and(|told| told.lines.contains(&line.id));
    }
    if let (Status::Packing, Some(before)) = (order.status, before) {
        let newest = version.checked_sub(1);
        let is_told = newest.is_some() && told.and_then(|told| told.version) == newest;
        if !is_told || is_one_of_its_second(stamped) {
            order.status = before.status;
        }
    }
    order
}

/// Whether nobody outside can tell that the last of these is the newest: WooCommerce dates by the second.
fn is_one_of_its_second(stamped: &[Order]) -> bool {
    matches!(stamped, [.., before, last] if before.modified_at == last.modified_at)
}
