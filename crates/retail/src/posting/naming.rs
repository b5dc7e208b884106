//! Which item a line is of: the one named by the newest snapshot that names one, of those seen; a
//! stand-in only while none has.
//!
//! This takes for granted that a shop never uses the key of a line again once it has removed the
//! line: a key is one line's for good.

use std::collections::BTreeMap;

use crate::ids::ItemId;
use crate::sale::RecordedLine;
use crate::text::LineKey;
use crate::version::Version;

/// Lines of a newer snapshot that name nothing keep the item that an older one named. Where none
/// did, the stand-in is the newer snapshot's own: it may go by the line's name.
pub(super) fn keep(recorded: &[RecordedLine], wanted: &mut [RecordedLine]) {
    if wanted.iter().all(|line| line.named.is_some()) {
        return;
    }
    let before = named(recorded);
    for line in wanted.iter_mut().filter(|line| line.named.is_none()) {
        if let Some((item, version)) = before.get(&line.key) {
            (line.item, line.named) = (*item, Some(*version));
        }
    }
}

/// Whether nothing that a snapshot of `version` says could name a recorded line any better.
pub(super) fn is_complete(recorded: &[RecordedLine], version: Version) -> bool {
    recorded.iter().all(|line| line.named >= Some(version))
}

/// The recorded lines with the items that an `older` snapshot names, where none as new as it did.
/// `None` when it names nothing new.
pub(super) fn complete(
    recorded: &[RecordedLine],
    older: &[RecordedLine],
) -> Option<Vec<RecordedLine>> {
    let told = named(older);
    let mut lines = recorded.to_vec();
    let mut is_new = false;
    for line in &mut lines {
        if let Some((item, version)) = told.get(&line.key)
            && line.named < Some(*version)
        {
            (line.item, line.named) = (*item, Some(*version));
            is_new = true;
        }
    }
    is_new.then_some(lines)
}

fn named(lines: &[RecordedLine]) -> BTreeMap<&LineKey, (ItemId, Version)> {
    lines
        .iter()
        .filter_map(|line| Some((&line.key, (line.item, line.named?))))
        .collect()
}
