//! The names of one platform's schema and roles.

use std::fmt;

use retail::PlatformCode;

/// One platform's schema, its owner and the service's role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    platform: PlatformCode,
    name: Box<str>,
}

impl Schema {
    #[must_use]
    pub fn of(platform: &PlatformCode) -> Self {
        // A code is lower-case letters, digits and hyphens: with these replaced it needs no quotes.
        let name = format!("ingest_{}", platform.as_str().replace('-', "_"));
        Self {
            platform: platform.clone(),
            name: name.into(),
        }
    }

    #[must_use]
    pub const fn platform(&self) -> &PlatformCode {
        &self.platform
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Owns the schema; nobody can log in as it.
    #[must_use]
    pub fn owner(&self) -> String {
        format!("{}_owner", self.name)
    }

    /// Runs the service.
    #[must_use]
    pub fn app(&self) -> String {
        format!("{}_app", self.name)
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_platforms_code() {
        let schema = Schema::of(&PlatformCode::new("market-2").unwrap());
        assert_eq!(schema.name(), "ingest_market_2");
        assert_eq!(schema.owner(), "ingest_market_2_owner");
        assert_eq!(schema.app(), "ingest_market_2_app");
    }
}
