//! What befalls one delivery or one request: of its number and the seed alone, so that a storm can be told
//! again whatever else happens meanwhile.

use std::time::Duration;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

use super::{AnswerFaults, DeliveryFaults, HandshakeFaults, Millis, Percent};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryFate {
    /// Never arrives, nor do its repeats.
    Dropped,
    /// This attempt does not arrive.
    Unanswered,
    /// Arrives after each of these waits, the shortest first; at least once.
    Posted { waits: Vec<Duration>, delayed: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerFate {
    Answered,
    /// Silent for so long, then closed.
    Hung(Duration),
    Busy,
    Failed,
    Denied,
    Broken,
    Truncated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandshakeFate {
    Good,
    Broken,
    Expired,
    NotYetValid,
    OtherName,
    SelfSigned,
    UnknownIssuer,
}

/// Keep them apart.
const DELIVERIES: u64 = 0xde11_7e21_e500_0001;
const ANSWERS: u64 = 0xa115_3e25_0000_0002;
const HANDSHAKES: u64 = 0x4a2d_54a4_e500_0003;

impl DeliveryFate {
    pub(crate) fn of(faults: &DeliveryFaults, seed: u64, number: u64) -> Self {
        let DeliveryFaults {
            dropped,
            unanswered,
            duplicated,
            shuffled_within_ms,
            delayed,
            delay_ms,
        } = *faults;
        let mut dice = dice(seed ^ DELIVERIES, number);
        match first(&mut dice, [dropped, unanswered]) {
            Some(0) => return Self::Dropped,
            Some(_) => return Self::Unanswered,
            None => {}
        }
        let copies = 1 + usize::from(hits(&mut dice, duplicated));
        let delayed = hits(&mut dice, delayed);
        let delay = if delayed {
            up_to(&mut dice, delay_ms)
        } else {
            Duration::ZERO
        };
        let mut waits: Vec<Duration> = (0..copies)
            .map(|_| delay + up_to(&mut dice, shuffled_within_ms))
            .collect();
        waits.sort_unstable();
        Self::Posted { waits, delayed }
    }
}

impl AnswerFate {
    pub(crate) fn of(faults: &AnswerFaults, seed: u64, number: u64) -> Self {
        let AnswerFaults {
            hung,
            hang_ms,
            busy,
            failed,
            denied,
            broken,
            truncated,
        } = *faults;
        let mut dice = dice(seed ^ ANSWERS, number);
        match first(&mut dice, [hung, busy, failed, denied, broken, truncated]) {
            Some(0) => Self::Hung(Duration::from_millis(hang_ms.into())),
            Some(1) => Self::Busy,
            Some(2) => Self::Failed,
            Some(3) => Self::Denied,
            Some(4) => Self::Broken,
            Some(_) => Self::Truncated,
            None => Self::Answered,
        }
    }
}

impl HandshakeFate {
    pub(crate) fn of(faults: HandshakeFaults, seed: u64, number: u64) -> Self {
        let HandshakeFaults {
            broken,
            expired,
            not_yet_valid,
            other_name,
            self_signed,
            unknown_issuer,
        } = faults;
        let chances = [
            broken,
            expired,
            not_yet_valid,
            other_name,
            self_signed,
            unknown_issuer,
        ];
        match first(&mut dice(seed ^ HANDSHAKES, number), chances) {
            Some(0) => Self::Broken,
            Some(1) => Self::Expired,
            Some(2) => Self::NotYetValid,
            Some(3) => Self::OtherName,
            Some(4) => Self::SelfSigned,
            Some(_) => Self::UnknownIssuer,
            None => Self::Good,
        }
    }
}

fn dice(seed: u64, number: u64) -> Xoshiro256PlusPlus {
    // The golden ratio's bits spread neighbouring numbers; seeding mixes the rest.
    Xoshiro256PlusPlus::seed_from_u64(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The place of the one that happens, each as often as it says; together at most always.
fn first<const N: usize>(dice: &mut Xoshiro256PlusPlus, chances: [Percent; N]) -> Option<usize> {
    let throw: u16 = dice.random_range(0..100);
    let mut below = 0;
    chances.into_iter().position(|chance| {
        below += u16::from(u8::from(chance));
        throw < below
    })
}

fn hits(dice: &mut Xoshiro256PlusPlus, chance: Percent) -> bool {
    first(dice, [chance]).is_some()
}

fn up_to(dice: &mut Xoshiro256PlusPlus, most: Millis) -> Duration {
    Duration::from_millis(dice.random_range(0..=u64::from(most)))
}

#[cfg(test)]
mod tests {
    use super::super::Faults;
    use super::*;

    const MANY: u64 = 20_000;

    #[test]
    fn r_12_a_seed_tells_the_same_story_again_and_another_one_another() {
        let fates = |seed| -> Vec<_> {
            let of = |number| {
                let Faults {
                    deliveries,
                    answers,
                    handshakes,
                } = Faults::STORM;
                (
                    DeliveryFate::of(&deliveries, seed, number),
                    AnswerFate::of(&answers, seed, number),
                    HandshakeFate::of(handshakes, seed, number),
                )
            };
            (0..200).map(of).collect()
        };
        assert_eq!(fates(7), fates(7));
        assert_ne!(fates(7), fates(8));
    }

    #[test]
    fn things_go_wrong_as_often_as_they_should() {
        let faults = Faults::STORM.deliveries;
        let (mut dropped, mut unanswered, mut twice, mut late) = (0_u64, 0_u64, 0_u64, 0_u64);
        for number in 0..MANY {
            match DeliveryFate::of(&faults, 1, number) {
                DeliveryFate::Dropped => dropped += 1,
                DeliveryFate::Unanswered => unanswered += 1,
                DeliveryFate::Posted { waits, delayed } => {
                    assert!(waits.is_sorted());
                    assert!(
                        waits
                            .iter()
                            .all(|wait| *wait <= Duration::from_millis(3_500))
                    );
                    twice += u64::from(waits.len() == 2);
                    late += u64::from(delayed);
                }
            }
        }
        assert!(dropped.abs_diff(MANY * 5 / 100) < MANY / 100, "{dropped}");
        assert!(
            unanswered.abs_diff(MANY * 2 / 100) < MANY / 100,
            "{unanswered}"
        );
        assert!(twice.abs_diff(MANY * 93 / 500) < MANY / 50, "{twice}");
        assert!(late.abs_diff(MANY * 93 / 2_000) < MANY / 100, "{late}");
    }

    #[test]
    fn no_fault_and_nothing_but_faults() {
        let Faults {
            deliveries,
            answers,
            handshakes,
        } = Faults::NONE;
        let well = DeliveryFate::Posted {
            waits: vec![Duration::ZERO],
            delayed: false,
        };
        let down = AnswerFaults {
            failed: Percent::ALWAYS,
            ..answers
        };
        for number in 0..1_000 {
            assert_eq!(DeliveryFate::of(&deliveries, 1, number), well);
            assert_eq!(AnswerFate::of(&answers, 1, number), AnswerFate::Answered);
            assert_eq!(AnswerFate::of(&down, 1, number), AnswerFate::Failed);
            let handshake = HandshakeFate::of(handshakes, 1, number);
            assert_eq!(handshake, HandshakeFate::Good);
        }
    }
}
