//! What happens to the shop while it trades, by the number of orders it has taken.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use shop::sim::SimShop;

use crate::clock::{SimClock, Speed};
use crate::network::Network;

/// In any order; each scene is played once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Script(pub Vec<Scene>);

impl Script {
    /// Most scenes of a script.
    pub const LIMIT: usize = 1_000;
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// Played as soon as so many orders have been placed.
    pub after_orders: usize,
    pub event: Event,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The shop is away for so many seconds of its clock.
    OutageS(u32),
    /// Faults happen from now on, or no longer.
    Faults(bool),
    /// All webhooks are gone or switched off.
    LoseHooks,
    ClockSpeed(Speed),
}

/// Where a script stands.
#[derive(Debug)]
pub(crate) struct Play {
    /// The next one last.
    left: Vec<Scene>,
}

impl Play {
    pub(crate) fn of(Script(mut scenes): Script) -> Self {
        scenes.sort_by_key(|scene| std::cmp::Reverse(scene.after_orders));
        Self { left: scenes }
    }

    /// Plays what is due.
    pub(crate) fn go_on(&mut self, shop: &dyn SimShop, clock: &SimClock, network: &Network) {
        if self.left.is_empty() {
            return;
        }
        let placed = shop.placed();
        while let Some(scene) = self.left.pop_if(|scene| scene.after_orders <= placed) {
            match scene.event {
                Event::OutageS(seconds) => {
                    network.outage.begin(Duration::from_secs(seconds.into()));
                }
                Event::Faults(on) => network.change(|weather| weather.on = on),
                Event::LoseHooks => {
                    shop.lose_hooks();
                    network.counters.add(|counts| counts.hooks_lost += 1);
                }
                Event::ClockSpeed(speed) => clock.set_speed(speed),
            }
        }
    }
}
