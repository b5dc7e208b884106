//! Shops that do not work, each in its own way.

use std::time::Duration;

use shop_sim::{AnswerFaults, Faults, Millis, Percent};

use crate::simulated::SimulatedShop;

/// Longer than anything that is measured.
const AWAY: Duration = Duration::from_hours(24);

/// In what way.
#[derive(Clone, Copy, Debug)]
enum Broken {
    /// Refuses every connection.
    Away,
    /// Answers 500.
    Fails,
    /// Answers 401.
    Denies,
    /// Takes every request and says nothing.
    Hangs,
}

impl Broken {
    const ALL: [Self; 4] = [Self::Away, Self::Fails, Self::Denies, Self::Hangs];

    const fn faults(self) -> AnswerFaults {
        let none = Faults::NONE.answers;
        match self {
            Self::Away => none,
            Self::Fails => AnswerFaults {
                failed: Percent::ALWAYS,
                ..none
            },
            Self::Denies => AnswerFaults {
                denied: Percent::ALWAYS,
                ..none
            },
            Self::Hangs => AnswerFaults {
                hung: Percent::ALWAYS,
                hang_ms: Millis::new(Millis::LIMIT),
                ..none
            },
        }
    }
}

/// All of them, in one way after the other; four shops of one platform after another are broken in four ways.
pub fn break_all(shops: &[SimulatedShop]) {
    for (place, shop) in shops.iter().enumerate() {
        // Platforms take turns too: shifted by one each time, every platform meets every way.
        let way = Broken::ALL[(place + place / Broken::ALL.len()) % Broken::ALL.len()];
        let run = shop.runner.shop();
        run.set_faults(Faults {
            answers: way.faults(),
            ..Faults::NONE
        });
        match way {
            Broken::Away => run.outage(AWAY),
            Broken::Fails | Broken::Denies | Broken::Hangs => {}
        }
    }
}
