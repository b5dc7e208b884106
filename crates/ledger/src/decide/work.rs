//! How far sales have come that somebody has begun to hand over.

use std::collections::BTreeMap;

use retail::fulfilment::{Progress, Step, Work};
use retail::{LineKey, Order, Quantity, SaleId, SaleState};

/// Where something of a sale lies, or how it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    ToPick,
    Picked,
    Packed,
    Shipped,
    Collected,
}

/// A sale that people did something with.
#[derive(Clone, Debug)]
pub struct WorkedSale {
    pub sale: SaleId,
    /// Something of it is still to be handed over.
    pub is_to_fulfil: bool,
    /// Each once, in their order.
    pub stages: Vec<Stage>,
    /// Those that people did something with.
    pub lines: Vec<WorkedLine>,
}

#[derive(Clone, Debug)]
pub struct WorkedLine {
    pub key: LineKey,
    pub progress: Progress,
}

impl Stage {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ToPick => "to_pick",
            Self::Picked => Step::Picked.as_str(),
            Self::Packed => Step::Packed.as_str(),
            Self::Shipped => Step::Shipped.as_str(),
            Self::Collected => Step::Collected.as_str(),
        }
    }
}

impl From<Step> for Stage {
    fn from(step: Step) -> Self {
        match step {
            Step::Picked => Self::Picked,
            Step::Packed => Self::Packed,
            Step::Shipped => Self::Shipped,
            Step::Collected => Self::Collected,
        }
    }
}

impl WorkedSale {
    /// As a snapshot of its order leaves it.
    #[must_use]
    pub fn of_order(sale: SaleId, order: &Order, work: &BTreeMap<LineKey, Work>) -> Self {
        let lines = order.lines.iter();
        let lines = lines.map(|line| (&line.key, line.kept(), line.handed_over()));
        Self::of(sale, order.state, lines, work)
    }

    /// `lines` are all the sale's products: what the buyer is to have of each, and what the shop says is handed
    /// over of it.
    pub fn of<'a>(
        sale: SaleId,
        state: SaleState,
        lines: impl Iterator<Item = (&'a LineKey, Quantity, Quantity)>,
        work: &BTreeMap<LineKey, Work>,
    ) -> Self {
        let is_closed = match state {
            SaleState::Closed => true,
            SaleState::Voided | SaleState::Unfinished | SaleState::NotImported => false,
        };
        let (mut worked, mut is_to_fulfil, mut stages) = (Vec::new(), false, Vec::new());
        let untouched = Work::default();
        for (key, kept, told) in lines {
            let done = work.get(key);
            let progress = Progress::of(kept, told, done.unwrap_or(&untouched));
            if is_closed {
                is_to_fulfil |= !progress.to_hand_over().is_zero();
                stages.extend(here(progress));
            }
            worked.extend(done.map(|_| WorkedLine {
                key: key.clone(),
                progress,
            }));
        }
        let handed = work.values().flat_map(|work| &work.handed);
        stages.extend(handed.map(|handed| Stage::from(handed.step)));
        stages.sort_unstable();
        stages.dedup();
        Self {
            sale,
            is_to_fulfil,
            stages,
            lines: worked,
        }
    }
}

/// Where the parts of a line lie that are still here.
fn here(progress: Progress) -> impl Iterator<Item = Stage> {
    let places = [
        (Stage::ToPick, progress.to_pick()),
        (Stage::Picked, progress.to_pack()),
        (Stage::Packed, progress.to_send()),
    ];
    let places = places.into_iter();
    places
        .filter(|(_, quantity)| !quantity.is_zero())
        .map(|(stage, _)| stage)
}
