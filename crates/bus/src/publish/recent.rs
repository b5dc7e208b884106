//! Ids acknowledged a moment ago: a repeat is answered without asking the broker again.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::MessageId;

/// Ids remembered at most.
const CAPACITY: usize = 16_384;

/// Bounded in number and, like the broker's own memory, in time.
pub(super) struct Recent {
    window: Duration,
    sequences: HashMap<MessageId, u64>,
    order: VecDeque<(Instant, MessageId)>,
}

impl Recent {
    pub(super) fn new(window: Duration) -> Self {
        Self {
            window,
            sequences: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// Where the message of this id lies, if it was acknowledged within the window.
    pub(super) fn sequence(&mut self, id: &MessageId, now: Instant) -> Option<u64> {
        while let Some((at, _)) = self.order.front()
            && now.duration_since(*at) >= self.window
        {
            self.forget_oldest();
        }
        self.sequences.get(id).copied()
    }

    pub(super) fn remember(&mut self, id: MessageId, sequence: u64, now: Instant) {
        if self.sequences.insert(id.clone(), sequence).is_some() {
            return;
        }
        if self.order.len() >= CAPACITY {
            self.forget_oldest();
        }
        self.order.push_back((now, id));
    }

    fn forget_oldest(&mut self) {
        if let Some((_, id)) = self.order.pop_front() {
            self.sequences.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> MessageId {
        MessageId::new(&n.to_string()).unwrap()
    }

    #[test]
    fn remembers_for_the_window_and_up_to_its_capacity() {
        let window = Duration::from_secs(10);
        let start = Instant::now();
        let mut recent = Recent::new(window);
        for n in 0..=CAPACITY {
            recent.remember(id(n), n as u64, start);
        }
        assert_eq!(recent.sequence(&id(0), start), None, "pushed out");
        assert_eq!(recent.sequence(&id(1), start), Some(1));
        assert_eq!(recent.sequence(&id(1), start + window), None, "too old");
        assert!(recent.sequences.is_empty() && recent.order.is_empty());
    }
}
