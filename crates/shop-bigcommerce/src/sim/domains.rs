//! Domains that deliveries go to: one that takes too few of them is left alone for a while.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

const WINDOW: SignedDuration = SignedDuration::from_mins(2);
/// Requests in a window from which on a domain is judged.
const JUDGED_FROM: usize = 100;
const SUCCESS_PERCENT: usize = 90;
const BLOCKED_FOR: SignedDuration = SignedDuration::from_mins(3);

#[derive(Debug, Default)]
pub struct Domains(BTreeMap<String, Domain>);

#[derive(Debug, Default)]
struct Domain {
    answers: VecDeque<(Timestamp, bool)>,
    blocked_until: Option<Timestamp>,
}

impl Domains {
    /// A request to `destination` was taken, or not.
    pub fn answered(&mut self, destination: &str, is_taken: bool, now: Timestamp) {
        let domain = self.0.entry(host(destination).to_owned()).or_default();
        domain.answers.push_back((now, is_taken));
        while domain
            .answers
            .front()
            .is_some_and(|(at, _)| *at + WINDOW < now)
        {
            domain.answers.pop_front();
        }
        let (all, taken) = (
            domain.answers.len(),
            domain
                .answers
                .iter()
                .filter(|(_, is_taken)| *is_taken)
                .count(),
        );
        if all >= JUDGED_FROM && taken * 100 < all * SUCCESS_PERCENT {
            domain.blocked_until = Some(now + BLOCKED_FOR);
            domain.answers.clear();
        }
    }

    /// Until when nothing is sent to `destination`.
    pub fn blocked_until(&self, destination: &str, now: Timestamp) -> Option<Timestamp> {
        let until = self.0.get(host(destination))?.blocked_until?;
        (until > now).then_some(until)
    }
}

fn host(destination: &str) -> &str {
    let rest = destination
        .split_once("://")
        .map_or(destination, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_that_takes_too_little_of_much_is_blocked_for_three_minutes() {
        let noon: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let here = "https://pos.example/hooks/7";
        for (taken, refused, blocked) in [(0, 99, false), (90, 10, false), (89, 11, true)] {
            let mut domains = Domains::default();
            for number in 0..taken + refused {
                domains.answered(here, number < taken, noon);
            }
            let until = domains.blocked_until("https://pos.example/other", noon);
            assert_eq!(until.is_some(), blocked, "{taken} of {}", taken + refused);
            assert_eq!(domains.blocked_until(here, noon + BLOCKED_FOR), None);
            assert_eq!(domains.blocked_until("https://erp.example", noon), None);
        }
        // Failures that are long over do not count.
        let mut domains = Domains::default();
        for number in 0..120 {
            let at = noon + SignedDuration::from_secs(number * 2);
            domains.answered(here, number >= 50, at);
        }
        assert_eq!(domains.blocked_until(here, noon), None);
    }
}
