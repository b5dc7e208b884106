//! A failure that many meet at once is logged when it begins and when it ends.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether something is failing at present.
#[derive(Debug)]
pub(crate) struct Outage {
    what: &'static str,
    lasts: AtomicBool,
}

impl Outage {
    pub(crate) const fn new(what: &'static str) -> Self {
        Self {
            what,
            lasts: AtomicBool::new(false),
        }
    }

    pub(crate) fn failed(&self, error: &dyn Display) {
        if !self.lasts.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "{} fails", self.what);
        }
    }

    pub(crate) fn succeeded(&self) {
        if self.lasts.load(Ordering::Relaxed) && self.lasts.swap(false, Ordering::Relaxed) {
            tracing::info!("{} works again", self.what);
        }
    }
}
