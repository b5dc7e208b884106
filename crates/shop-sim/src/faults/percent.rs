use serde::{Deserialize, Serialize};

/// How many in a hundred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Percent(u8);

/// More than all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is more than 100 percent")]
pub struct NotPercent(u8);

impl Percent {
    pub const NEVER: Self = Self(0);
    pub const ALWAYS: Self = Self(100);

    /// # Panics
    /// When compiled with more than 100.
    #[must_use]
    pub const fn of(percent: u8) -> Self {
        assert!(percent <= 100, "more than all of them");
        Self(percent)
    }
}

impl TryFrom<u8> for Percent {
    type Error = NotPercent;

    fn try_from(percent: u8) -> Result<Self, NotPercent> {
        if percent > 100 {
            return Err(NotPercent(percent));
        }
        Ok(Self(percent))
    }
}

impl From<Percent> for u8 {
    fn from(Percent(percent): Percent) -> Self {
        percent
    }
}
