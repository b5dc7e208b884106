//! The names of one platform's schema and roles.

use std::fmt;

use retail::PlatformCode;
use schema::SchemaName;

/// One platform's schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    platform: PlatformCode,
    name: SchemaName,
}

impl Schema {
    #[must_use]
    pub fn of(platform: &PlatformCode) -> Self {
        // A code is lower-case letters, digits and hyphens.
        let name = format!("ingest_{}", platform.as_str().replace('-', "_"));
        Self {
            platform: platform.clone(),
            name: SchemaName::new(&name),
        }
    }

    #[must_use]
    pub const fn platform(&self) -> &PlatformCode {
        &self.platform
    }

    #[must_use]
    pub const fn name(&self) -> &SchemaName {
        &self.name
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_platforms_code() {
        let schema = Schema::of(&PlatformCode::new("market-2").unwrap());
        assert_eq!(schema.name().as_str(), "ingest_market_2");
        assert_eq!(schema.name().owner(), "ingest_market_2_owner");
        assert_eq!(schema.name().app(), "ingest_market_2_app");
    }
}
