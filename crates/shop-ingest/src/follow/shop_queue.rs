//! What waits for one shop. Pure: the time is an argument, and a hint is whatever holds it at the broker.

use std::collections::VecDeque;
use std::mem;
use std::time::Duration;

use jiff::Timestamp;
use retail::ShopOrderId;
use tokio::time::Instant;

use super::schedule;

/// Orders of one shop asked for at once, by more patient than greedy standards: platforms limit what one app
/// asks, and a person's own shop may be small.
const QUESTIONS_AT_ONCE: usize = 4;

/// One order to ask for, held by the newest hint at it. That one is not acknowledged, so it covers the
/// others: they came before the order is read.
#[derive(Debug)]
pub(super) struct Job<H> {
    pub(super) order: ShopOrderId,
    pub(super) hint: H,
    /// The hint's place in the inbox.
    sequence: u64,
    /// A moment of the shop's own clock that is over, where one of the hints knows it: what is read now is
    /// later, whichever hint it is read for.
    pub(super) asked_at: Option<Timestamp>,
    /// How often the shop was asked in vain.
    pub(super) askings: u64,
    not_before: Option<Instant>,
}

impl<H> Job<H> {
    pub(super) fn new(order: ShopOrderId, sequence: u64, hint: H) -> Self {
        Self {
            order,
            hint,
            sequence,
            asked_at: None,
            askings: 0,
            not_before: None,
        }
    }

    pub(super) fn asked_at(self, asked_at: Option<Timestamp>) -> Self {
        Self { asked_at, ..self }
    }

    /// Keeps the newer of two hints at the order, and says what the other is.
    fn join(&mut self, sequence: u64, asked_at: Option<Timestamp>, hint: H) -> Added<H> {
        self.asked_at = self.asked_at.max(asked_at);
        if sequence < self.sequence {
            return Added::Covered(hint);
        }
        let is_the_same = sequence == self.sequence;
        self.sequence = sequence;
        let other = mem::replace(&mut self.hint, hint);
        if is_the_same {
            Added::Known
        } else {
            Added::Covered(other)
        }
    }
}

/// What became of a hint.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Added<H> {
    Waits,
    /// This one can be acknowledged: a newer hint at the same order waits.
    Covered(H),
    /// The same message came again. Acknowledging either is acknowledging both, so nobody may yet.
    Known,
    NoRoom(H),
}

/// What becomes of an order that was asked for in vain.
#[derive(Debug)]
pub(super) enum Vain<H> {
    Waits,
    /// A newer hint at the order came meanwhile; this one can be acknowledged.
    Covered(H),
    GivenUp(Job<H>),
}

/// A question on its way.
#[derive(Debug)]
struct Question {
    order: ShopOrderId,
    /// Of its hint.
    sequence: u64,
}

/// What waits for one shop.
#[derive(Debug)]
pub(super) struct ShopQueue<H> {
    jobs: VecDeque<Job<H>>,
    /// The orders being asked for, by hint.
    asked: Vec<Question>,
    /// How often in a row the shop did not answer.
    failures: u64,
    not_before: Option<Instant>,
    has_warned: bool,
}

impl<H> Default for ShopQueue<H> {
    fn default() -> Self {
        Self {
            jobs: VecDeque::new(),
            asked: Vec::new(),
            failures: 0,
            not_before: None,
            has_warned: false,
        }
    }
}

impl<H> ShopQueue<H> {
    /// Hints at one order that wait together are one question. One that comes while the order is being
    /// asked for is another: the answer may have been older.
    pub(super) fn add(&mut self, job: Job<H>, has_room: bool) -> Added<H> {
        let mut asked = self.asked.iter();
        if asked.any(|question| question.sequence == job.sequence) {
            return Added::Known;
        }
        if let Some(waiting) = self.jobs.iter_mut().find(|one| one.order == job.order) {
            return waiting.join(job.sequence, job.asked_at, job.hint);
        }
        if !has_room {
            return Added::NoRoom(job.hint);
        }
        self.jobs.push_back(job);
        Added::Waits
    }

    /// The next question, unless as many as may be are on their way or the shop is to be left alone. An
    /// order is not asked for twice at a time.
    pub(super) fn next(&mut self, now: Instant) -> Option<Job<H>> {
        let is_due = |not_before: Option<Instant>| not_before.is_none_or(|at| at <= now);
        if self.is_busy() || !is_due(self.not_before) {
            return None;
        }
        let mut jobs = self.jobs.iter();
        let place = jobs.position(|job| is_due(job.not_before) && !self.is_asked_for(job))?;
        let job = self.jobs.remove(place)?;
        self.asked.push(Question {
            order: job.order.clone(),
            sequence: job.sequence,
        });
        Some(job)
    }

    /// When there is a next question, if time alone brings it.
    pub(super) fn due(&self) -> Option<Instant> {
        if self.is_busy() {
            return None;
        }
        let jobs = self.jobs.iter().filter(|job| !self.is_asked_for(job));
        let instants = jobs.map(|job| job.not_before.max(self.not_before));
        instants.min().flatten()
    }

    /// A shop that failed is tried with one question.
    fn is_busy(&self) -> bool {
        let limit = if self.failures == 0 {
            QUESTIONS_AT_ONCE
        } else {
            1
        };
        self.asked.len() >= limit
    }

    fn is_asked_for(&self, job: &Job<H>) -> bool {
        let mut asked = self.asked.iter();
        asked.any(|question| question.order == job.order)
    }

    /// The shop answered, whatever it said.
    pub(super) fn answered(&mut self, job: &Job<H>) {
        self.is_back(job);
        self.failures = 0;
    }

    fn is_back(&mut self, job: &Job<H>) {
        self.asked
            .retain(|question| question.sequence != job.sequence);
    }

    /// The shop did not answer. It is left alone as long as it asks for, and at least as long as the
    /// schedule says; so is the order, by its own count, and the others come first: it may be what
    /// breaks the shop.
    pub(super) fn asked_in_vain(
        &mut self,
        mut job: Job<H>,
        now: Instant,
        after: Option<Duration>,
        age: Duration,
    ) -> Vain<H> {
        self.is_back(&job);
        // What was asked before the shop was left alone fails for the same reason.
        if self.left_alone(now).is_zero() {
            self.failures += 1;
        }
        let after = after.unwrap_or_default();
        let pause = schedule::pause(self.failures).max(after);
        self.not_before = self.not_before.max(Some(now + pause));
        job.askings += 1;
        job.not_before = Some(now + schedule::pause(job.askings).max(after));
        let same = self.jobs.iter().position(|other| other.order == job.order);
        if let Some(other) = same.and_then(|place| self.jobs.remove(place)) {
            let joined = job.join(other.sequence, other.asked_at, other.hint);
            self.jobs.push_back(job);
            return match joined {
                Added::Covered(hint) | Added::NoRoom(hint) => Vain::Covered(hint),
                Added::Waits | Added::Known => Vain::Waits,
            };
        }
        if schedule::is_given_up(self.failures.max(job.askings), age) {
            return Vain::GivenUp(job);
        }
        self.jobs.push_back(job);
        Vain::Waits
    }

    /// Whether this is the first hint of the connection that leads nowhere.
    pub(super) fn first_not_followed(&mut self) -> bool {
        !mem::replace(&mut self.has_warned, true)
    }

    /// Orders not yet answered.
    pub(super) fn orders(&self) -> usize {
        self.jobs.len() + self.asked.len()
    }

    /// How long the shop is still to be left alone.
    pub(super) fn left_alone(&self, now: Instant) -> Duration {
        self.not_before
            .map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }

    /// Whether nothing would be lost by forgetting this shop.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        self.orders() == 0 && !self.has_warned && self.left_alone(now).is_zero()
    }

    /// What waits, but for what is being asked for.
    pub(super) fn hints(&self) -> impl Iterator<Item = &H> {
        self.jobs.iter().map(|job| &job.hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Duration = Duration::ZERO;
    const OLD: Duration = Duration::from_hours(4 * 24);

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn job(order: u32, sequence: u64) -> Job<u64> {
        Job::new(
            ShopOrderId::new(&order.to_string()).unwrap(),
            sequence,
            sequence,
        )
    }

    fn queue(jobs: impl IntoIterator<Item = (u32, u64)>) -> ShopQueue<u64> {
        let mut queue = ShopQueue::default();
        for (order, sequence) in jobs {
            assert_eq!(queue.add(job(order, sequence), true), Added::Waits);
        }
        queue
    }

    #[test]
    fn the_newest_hint_at_a_waiting_order_covers_the_others() {
        let mut queue = queue([(7, 10), (8, 11)]);
        for (sequence, added) in [
            (12, Added::Covered(10)),
            (11, Added::Covered(11)),
            (12, Added::Known),
            (13, Added::Covered(12)),
        ] {
            // Room or not: an order that waits takes no more of it.
            assert_eq!(queue.add(job(7, sequence), false), added, "{sequence}");
        }
        assert_eq!(queue.orders(), 2);
        assert_eq!(queue.next(Instant::now()).unwrap().hint, 13);
        assert_eq!(queue.add(job(9, 14), false), Added::NoRoom(14));
    }

    /// Else polling, which hints once at a change, would not have the last word on it.
    #[test]
    fn a_moment_that_one_hint_knows_is_known_of_the_question() {
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        let mut queue = queue([(7, 10)]);
        for (sequence, asked_at) in [(11, at(5)), (12, None), (9, at(3))] {
            queue.add(job(7, sequence).asked_at(asked_at), true);
        }
        let now = Instant::now();
        let asked = queue.next(now).unwrap();
        assert_eq!((asked.hint, asked.asked_at), (12, at(5)));
        queue.add(job(7, 13), true);
        queue.asked_in_vain(asked, now, None, NEW);
        let asked = queue.next(now + schedule::pause(1)).unwrap();
        assert_eq!((asked.hint, asked.asked_at), (13, at(5)));
    }

    #[test]
    fn a_hint_at_an_order_being_asked_for_is_another_question() {
        let now = Instant::now();
        let mut queue = queue([(7, 10)]);
        let asked = queue.next(now).unwrap();
        assert_eq!(asked.hint, 10);
        assert_eq!(
            queue.add(job(7, 10), true),
            Added::Known,
            "delivered anew meanwhile"
        );
        assert_eq!(queue.add(job(7, 11), true), Added::Waits);
        assert_eq!(queue.orders(), 2);
        assert!(queue.next(now).is_none(), "not twice at a time");
        assert_eq!(queue.due(), None);
        queue.answered(&asked);
        assert_eq!(queue.next(now).unwrap().hint, 11);
    }

    #[test]
    fn an_order_asked_for_in_vain_joins_its_newer_hint() {
        let now = Instant::now();
        let mut queue = queue([(7, 10)]);
        let asked = queue.next(now).unwrap();
        assert_eq!(queue.add(job(8, 11), true), Added::Waits);
        assert_eq!(queue.add(job(7, 12), true), Added::Waits);
        let vain = queue.asked_in_vain(asked, now, None, OLD);
        assert!(matches!(vain, Vain::Covered(10)), "{vain:?}");
        assert_eq!(queue.orders(), 2);
        let later = now + schedule::pause(1);
        let other = queue.next(later).unwrap();
        assert_eq!(other.hint, 11, "the others first");
        queue.answered(&other);
        let again = queue.next(later).unwrap();
        assert_eq!((again.hint, again.askings), (12, 1));
    }

    #[test]
    fn a_shop_that_answers_is_asked_several_questions_and_one_that_fails_a_single_one() {
        let mut now = Instant::now();
        let mut queue = queue((0..10).map(|n| (n, u64::from(n))));
        let asked: Vec<Job<u64>> = std::iter::from_fn(|| queue.next(now)).collect();
        assert_eq!(asked.len(), QUESTIONS_AT_ONCE);
        assert_eq!(queue.orders(), 10);
        for job in asked {
            queue.asked_in_vain(job, now, None, NEW);
        }
        assert_eq!(queue.left_alone(now), schedule::pause(1), "one failure");
        now += schedule::pause(1);
        let trial = queue.next(now).unwrap();
        assert!(queue.next(now).is_none());
        queue.answered(&trial);
        assert_eq!(
            std::iter::from_fn(|| queue.next(now)).count(),
            QUESTIONS_AT_ONCE
        );
    }

    #[test]
    fn a_shop_is_left_alone_as_long_as_it_asks_for() {
        for (after, pause) in [
            (None, schedule::pause(1)),
            (Some(Duration::from_millis(1)), schedule::pause(1)),
            (Some(seconds(7)), seconds(7)),
            (Some(seconds(3_600)), seconds(3_600)),
        ] {
            let now = Instant::now();
            let mut queue = queue([(7, 10), (8, 11)]);
            let asked = queue.next(now).unwrap();
            queue.asked_in_vain(asked, now, after, NEW);
            assert_eq!(queue.due(), Some(now + pause));
            assert_eq!(queue.left_alone(now), pause);
            // Nor is it asked for an order that is hinted at only now.
            assert_eq!(queue.add(job(9, 12), true), Added::Waits);
            let before = (now + pause).checked_sub(Duration::from_millis(1)).unwrap();
            assert!(queue.next(before).is_none(), "{after:?}");
            assert_eq!(queue.next(now + pause).unwrap().hint, 11, "{after:?}");
        }
    }

    /// A shop that is away is asked for one order after another, ever more seldom; each order counts its own.
    #[test]
    fn orders_that_were_not_asked_for_do_not_age_with_their_shop() {
        let mut now = Instant::now();
        let mut queue = queue([(7, 10), (8, 11), (9, 12)]);
        for (failures, wanted) in (1..).zip([(10, 0), (11, 0), (12, 0), (10, 1), (11, 1)]) {
            let asked = queue.next(now).unwrap();
            assert_eq!((asked.hint, asked.askings), wanted);
            let vain = queue.asked_in_vain(asked, now, None, OLD);
            assert!(matches!(vain, Vain::Waits), "{vain:?}");
            now += schedule::pause(failures);
            assert_eq!(queue.due(), Some(now));
        }
        assert_eq!(queue.orders(), 3);
    }

    #[test]
    fn only_what_was_asked_for_is_given_up_and_only_when_it_is_old() {
        let mut now = Instant::now();
        let mut queue = queue([(7, 10)]);
        let mut ask = |queue: &mut ShopQueue<u64>, age| {
            let asked = queue.next(now).unwrap();
            let vain = queue.asked_in_vain(asked, now, None, age);
            now += Duration::from_hours(1);
            vain
        };
        for asking in 1..=20 {
            let age = if asking < 17 { OLD } else { NEW };
            assert!(matches!(ask(&mut queue, age), Vain::Waits), "{asking}");
        }
        assert_eq!(queue.add(job(8, 11), true), Added::Waits);
        let vain = ask(&mut queue, OLD);
        assert!(
            matches!(
                vain,
                Vain::GivenUp(Job {
                    hint: 10,
                    askings: 21,
                    ..
                })
            ),
            "{vain:?}"
        );
        assert_eq!(queue.hints().collect::<Vec<_>>(), [&11]);
    }

    #[test]
    fn an_order_that_breaks_its_shop_does_not_hold_the_others() {
        let mut now = Instant::now();
        let mut queue = queue([(7, 10), (8, 11), (9, 12)]);
        let asked = queue.next(now).unwrap();
        queue.asked_in_vain(asked, now, None, NEW);
        now += schedule::pause(1);
        for hint in [11, 12] {
            let asked = queue.next(now).unwrap();
            assert_eq!(asked.hint, hint);
            queue.answered(&asked);
        }
        let asked = queue.next(now).unwrap();
        assert_eq!(asked.hint, 10);
        queue.asked_in_vain(asked, now, None, NEW);
        assert_eq!(queue.add(job(6, 13), true), Added::Waits);
        now += schedule::pause(1);
        let asked = queue.next(now).unwrap();
        assert_eq!(asked.hint, 13, "the order's own pause grows");
        queue.answered(&asked);
        assert_eq!(
            queue.due(),
            (now + schedule::pause(2)).checked_sub(schedule::pause(1))
        );
    }

    #[test]
    fn a_shop_is_forgotten_only_when_nothing_is_known_of_it() {
        let now = Instant::now();
        let mut queue = queue([(7, 10)]);
        assert!(!queue.is_idle(now));
        let asked = queue.next(now).unwrap();
        assert!(!queue.is_idle(now));
        queue.asked_in_vain(asked, now, Some(seconds(60)), NEW);
        let later = now + seconds(60);
        let asked = queue.next(later).unwrap();
        queue.answered(&asked);
        assert!(!queue.is_idle(now), "it asked to be left alone");
        assert!(queue.is_idle(later));
        assert!(queue.first_not_followed());
        assert!(!queue.first_not_followed());
        assert!(!queue.is_idle(later));
    }
}
