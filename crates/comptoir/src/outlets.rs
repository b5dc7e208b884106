//! The outlets of the running stack: ids have names, and each has its own clock.

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::stack::Outlet;

/// How much of an id is shown where an outlet has no known name.
const SHORT_ID_CHARS: usize = 8;

/// Known outlets; empty where `--target` names a ledger that no stack here started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outlets(Vec<Outlet>);

impl Outlets {
    pub(crate) fn new(outlets: Vec<Outlet>) -> Self {
        Self(outlets)
    }

    /// The id of the outlet a person named, by name or id.
    pub(crate) fn id_of(&self, named: &str) -> anyhow::Result<String> {
        if let Ok(id) = Uuid::try_parse(named) {
            return Ok(id.to_string());
        }
        self.0
            .iter()
            .find(|outlet| outlet.name.to_lowercase() == named.to_lowercase())
            .map(|outlet| outlet.id.clone())
            .ok_or_else(|| anyhow!("no outlet is called {named}; {}", self.choice()))
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.0.iter().map(|outlet| outlet.id.clone()).collect()
    }

    /// The moment at which the day begins by the outlet's clock.
    pub(crate) fn begin(&self, day: Date, id: &str) -> anyhow::Result<Timestamp> {
        let zone = self.zone(id).with_context(|| {
            format!(
                "the clock of outlet {} is not known here: give an instant such as {day}T00:00:00Z",
                self.name(id)
            )
        })?;
        Ok(day.to_zoned(zone)?.timestamp())
    }

    /// Its name, or the beginning of its id.
    pub(crate) fn name(&self, id: &str) -> String {
        match self.get(id) {
            Some(outlet) => outlet.name.clone(),
            None => id.chars().take(SHORT_ID_CHARS).collect(),
        }
    }

    /// The instant as the outlet's clock shows it, to the minute; in UTC where its zone is unknown.
    pub(crate) fn minute(&self, instant: Timestamp, id: &str) -> String {
        let zoned = instant.to_zoned(self.zone(id).unwrap_or(TimeZone::UTC));
        zoned.strftime("%Y-%m-%d %H:%M %Z").to_string()
    }

    fn zone(&self, id: &str) -> Option<TimeZone> {
        TimeZone::get(&self.get(id)?.time_zone).ok()
    }

    fn get(&self, id: &str) -> Option<&Outlet> {
        self.0.iter().find(|outlet| outlet.id == id)
    }

    fn choice(&self) -> String {
        if self.0.is_empty() {
            return "give its id".to_owned();
        }
        let names: Vec<&str> = self.0.iter().map(|outlet| outlet.name.as_str()).collect();
        format!("there are: {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlets() -> Outlets {
        let outlet = |id: &str, name: &str, zone: &str| Outlet {
            id: id.to_owned(),
            name: name.to_owned(),
            time_zone: zone.to_owned(),
        };
        Outlets::new(vec![
            outlet("o1", "Montréal", "America/Toronto"),
            outlet("o2", "Nowhere", "Mars/Olympus"),
        ])
    }

    #[test]
    fn a_time_is_told_as_the_outlets_clock_shows_it() {
        let instant: Timestamp = "2026-11-21T19:50:52Z".parse().unwrap();
        assert_eq!(outlets().minute(instant, "o1"), "2026-11-21 14:50 EST");
        assert_eq!(outlets().minute(instant, "o2"), "2026-11-21 19:50 UTC");
        assert_eq!(outlets().minute(instant, "o3"), "2026-11-21 19:50 UTC");
    }

    #[test]
    fn an_outlet_is_named_by_name_or_id() {
        let outlets = outlets();
        assert_eq!(outlets.id_of("montréal").unwrap(), "o1");
        let id = "01930000-0000-7000-8000-000000000001";
        assert_eq!(outlets.id_of(id).unwrap(), id);
        let error = outlets.id_of("Paris").unwrap_err().to_string();
        assert!(error.contains("Montréal, Nowhere"), "{error}");
        assert_eq!(outlets.name("o1"), "Montréal");
        assert_eq!(outlets.name(id), "01930000");
    }
}
