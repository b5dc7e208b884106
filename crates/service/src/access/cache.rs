use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::{Caller, TokenDigest};

/// How long an answer of the register is used: a token that is revoked is good for no longer.
pub const TOKEN_AGE: SignedDuration = SignedDuration::from_secs(10);

/// Answers kept at most. Beyond it every call asks the register: slow, and never wrong.
const LIMIT: usize = 10_000;

/// What the register answered a moment ago.
#[derive(Debug, Default)]
pub(super) struct Cache {
    known: Mutex<HashMap<TokenDigest, Answer>>,
}

/// Of the register, about one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Whose it is; `None`: nobody's.
    pub(super) caller: Option<Caller>,
    asked_at: Timestamp,
}

impl Answer {
    fn is_fresh(&self, now: Timestamp) -> bool {
        // A clock that was set back makes no answer younger.
        (SignedDuration::ZERO..TOKEN_AGE).contains(&now.duration_since(self.asked_at))
    }
}

impl Cache {
    /// `None`: the register must be asked.
    pub(super) fn get(&self, token: &TokenDigest, now: Timestamp) -> Option<Answer> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = known.get(token);
        answer.filter(|answer| answer.is_fresh(now)).cloned()
    }

    pub(super) fn put(&self, token: TokenDigest, caller: Option<Caller>, asked_at: Timestamp) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= LIMIT {
            known.retain(|_, answer| answer.is_fresh(asked_at));
        }
        if known.len() < LIMIT {
            known.insert(token, Answer { caller, asked_at });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_used_for_its_age_and_no_longer() {
        let (cache, token) = (Cache::default(), TokenDigest::of("one"));
        let asked: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        assert_eq!(cache.get(&token, asked), None);
        cache.put(token, None, asked);
        let last = asked + TOKEN_AGE - SignedDuration::from_nanos(1);
        assert_eq!(cache.get(&token, last).unwrap().caller, None);
        assert_eq!(cache.get(&token, asked + TOKEN_AGE), None);
        assert_eq!(
            cache.get(&token, asked - SignedDuration::from_secs(1)),
            None
        );
    }

    #[test]
    fn invented_tokens_fill_no_memory() {
        let (cache, now) = (Cache::default(), Timestamp::UNIX_EPOCH);
        for number in 0..=LIMIT {
            cache.put(TokenDigest::of(&number.to_string()), None, now);
        }
        assert_eq!(cache.known.lock().unwrap().len(), LIMIT);
        let later = now + TOKEN_AGE;
        cache.put(TokenDigest::of("later"), None, later);
        assert_eq!(cache.known.lock().unwrap().len(), 1);
    }
}
