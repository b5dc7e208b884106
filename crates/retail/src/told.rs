//! What is recorded here and told by a shop, counted once.
//!
//! People often do a thing here and then in the shop, or its shop says later that it was done. What the shop tells
//! *after* somebody recorded a thing is therefore taken to be that same thing, as far as it goes; what it tells
//! beyond is new.

/// How much of what the shop tells had been recorded here. `recorded` is in its order: how much, less than nothing
/// where it was taken back, and what the shop had told of by then. What the shop told of between one record and the
/// next covers those before, and no more than they were. What it told of, took back and told of again is nothing new.
pub(crate) fn covered(told: i64, recorded: impl IntoIterator<Item = (i64, i64)>) -> i64 {
    let (mut heard, mut open, mut covered) = (0, 0, 0);
    let mut hear = |until: i64, open: &mut i64| {
        let until = until.min(told).max(heard);
        let newly = (until - heard).min((*open).max(0));
        heard = until;
        *open -= newly;
        covered += newly;
    };
    for (amount, told_then) in recorded {
        hear(told_then, &mut open);
        open += amount;
    }
    hear(told, &mut open);
    covered
}
