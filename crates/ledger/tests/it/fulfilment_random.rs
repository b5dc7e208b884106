//! Random days at a packing table, while shops go on telling.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use proto::ledger::FulfilmentStep;
use retail::SaleState;

use crate::order::an_order;
use crate::packing::Packing;

/// Histories tried, each in a ledger of its own.
const CASES: u32 = 12;

#[derive(Clone, Debug)]
enum Event {
    /// So many of both lines; of the first so many went back, and so many are handed over by the shop's word;
    /// whether it stands.
    Told([i64; 2], i64, i64, bool),
    Take(FulfilmentStep, usize, i64),
    Undo(FulfilmentStep, usize, i64),
    /// All there is.
    TakeAll(FulfilmentStep),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let steps = [
        FulfilmentStep::Picked,
        FulfilmentStep::Packed,
        FulfilmentStep::Shipped,
        FulfilmentStep::Collected,
    ];
    let step = proptest::sample::select(steps.to_vec());
    let back = proptest::sample::select(steps[..2].to_vec());
    let event = prop_oneof![
        3 => ([1..6_i64, 1..6_i64], 0..4_i64, 0..6_i64, proptest::bool::weighted(0.8)).prop_map(
            |(sold, back, done, stands)| Event::Told(sold, back.min(sold[0]), done, stands)
        ),
        5 => (step.clone(), 1..3_usize, 1..4_i64)
            .prop_map(|(step, line, units)| Event::Take(step, line, units)),
        2 => (back, 1..3_usize, 1..3_i64)
            .prop_map(|(step, line, units)| Event::Undo(step, line, units)),
        1 => step.prop_map(Event::TakeAll),
    ];
    vec(event, 1..30)
}

async fn told(packing: &Packing, second: i64, event: &Event) {
    let Event::Told(sold, back, done, stands) = event else {
        return;
    };
    let order = an_order(1).line("A", sold[0]).line("B", sold[1]).at(second);
    let order = order.restocked(0, *back).fulfilled(0, *done);
    let state = if *stands {
        SaleState::Closed
    } else {
        SaleState::Voided
    };
    packing.ledger.apply_one(&order.state(state).build()).await;
}

/// Of each line: to pick, picked, packed, handed over.
async fn figures(packing: &mut Packing) -> Vec<[i64; 4]> {
    let figures = packing.figures("1").await;
    let figure = |figures: &String| {
        let figures: Vec<i64> = figures
            .split(' ')
            .map(|figure| figure.parse().unwrap())
            .collect();
        figures.try_into().unwrap()
    };
    figures.iter().map(figure).collect()
}

#[test]
fn pos_02_at_random_no_more_is_handed_over_than_was_sold_and_each_unit_is_somewhere_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        ..Config::default()
    });
    runner
        .run(&events(), |events| {
            runtime.block_on(history(events));
            Ok(())
        })
        .unwrap();
}

async fn history(events: Vec<Event>) {
    let mut packing = Packing::new().await;
    let first = Event::Told([5, 5], 0, 0, true);
    let (mut kept, mut stands) = ([5, 5], true);
    told(&packing, 0, &first).await;
    for (second, event) in (1..).zip(&events) {
        let before = figures(&mut packing).await;
        let gone = |figures: &[[i64; 4]]| figures.iter().map(|line| line[3]).sum::<i64>();
        match event {
            Event::Told(sold, back, _, closed) => {
                told(&packing, second, event).await;
                (kept, stands) = ([sold[0] - back, sold[1]], *closed);
            }
            Event::Take(step, line, units) => {
                let hands_over =
                    matches!(step, FulfilmentStep::Shipped | FulfilmentStep::Collected);
                let done = packing.take("1", *step, &[(*line, *units)]).await;
                let added = if done.is_ok() && hands_over {
                    *units
                } else {
                    0
                };
                assert_eq!(
                    gone(&figures(&mut packing).await),
                    gone(&before) + added,
                    "{event:?}"
                );
                assert!(stands || done.is_err(), "nothing is done with what is void");
            }
            Event::Undo(step, line, units) => {
                let undone = packing.undo("1", *step, &[(*line, *units)]).await;
                assert_eq!(gone(&figures(&mut packing).await), gone(&before));
                assert!(
                    stands || undone.is_err(),
                    "nothing is done with what is void"
                );
            }
            Event::TakeAll(step) => {
                let left = before.iter().any(|line| line[..3].iter().sum::<i64>() > 0);
                let done = packing.take("1", *step, &[]).await;
                assert!(left || done.is_err());
            }
        }
        for (line, kept) in figures(&mut packing).await.iter().zip(kept) {
            assert!(
                line.iter().all(|figure| *figure >= 0),
                "{line:?} after {event:?}"
            );
            assert!(line[3] <= kept, "{line:?} of {kept} after {event:?}");
            let here: i64 = line[..3].iter().sum();
            assert_eq!(
                here,
                if stands { kept - line[3] } else { 0 },
                "{line:?} after {event:?}"
            );
        }
    }
    packing.ledger.assert_sound().await;
}
