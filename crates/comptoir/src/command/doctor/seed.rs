use std::collections::BTreeSet;
use std::path::Path;

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::Finding;
use crate::services;
use crate::stack::{Seed, SeedConnection, SeedOutlet, SeedRegister};

const WHAT: &str = "seed file";
/// Secrets that may be live at once.
const MAX_SECRETS: usize = 2;

/// What is wrong in the seed file, each in a line.
pub(super) fn seed(path: &Path) -> Vec<Finding> {
    match Seed::read(path) {
        Ok(None) => vec![Finding::good(
            WHAT,
            "none yet; `comptoir up` writes a first one",
        )],
        Err(error) => vec![Finding::bad(WHAT, format!("{error:#}"))],
        Ok(Some(seed)) => {
            let platforms: Vec<String> = services::platforms()
                .unwrap_or_default()
                .iter()
                .map(|platform| platform.as_str().to_owned())
                .collect();
            let wrong = wrong(&seed, &platforms);
            if wrong.is_empty() {
                let outlets = seed.outlets.len();
                let shops = seed.connections.len();
                return vec![Finding::good(
                    WHAT,
                    format!("outlets: {outlets}, shops: {shops}"),
                )];
            }
            let bad = |words| Finding::bad(WHAT, words);
            wrong.into_iter().map(bad).collect()
        }
    }
}

fn wrong(seed: &Seed, platforms: &[String]) -> Vec<String> {
    let Seed {
        retailers,
        outlets,
        registers,
        connections,
    } = seed;
    let retailer_ids: BTreeSet<Uuid> = retailers.iter().map(|retailer| retailer.id).collect();
    let outlet_ids: BTreeSet<Uuid> = outlets.iter().map(|outlet| outlet.id).collect();
    let register_ids: BTreeSet<Uuid> = registers.iter().map(|register| register.id).collect();
    let connection_ids: BTreeSet<Uuid> = connections.iter().map(|one| one.id).collect();
    let mut wrong = Vec::new();
    let counts = [
        ("retailers", retailers.len(), retailer_ids.len()),
        ("outlets", outlets.len(), outlet_ids.len()),
        ("registers", registers.len(), register_ids.len()),
        ("connections", connections.len(), connection_ids.len()),
    ];
    for (what, rows, ids) in counts {
        if rows != ids {
            wrong.push(format!("two {what} have one id"));
        }
    }
    for SeedOutlet {
        id,
        retailer,
        name: _,
        time_zone,
    } in outlets
    {
        if !retailer_ids.contains(retailer) {
            wrong.push(format!(
                "outlet {id} belongs to retailer {retailer}, who is not there"
            ));
        }
        if TimeZone::get(time_zone).is_err() {
            wrong.push(format!("outlet {id} has an unknown time zone, {time_zone}"));
        }
    }
    for SeedRegister {
        id,
        outlet,
        name: _,
    } in registers
    {
        if !outlet_ids.contains(outlet) {
            wrong.push(format!(
                "register {id} stands in outlet {outlet}, which is not there"
            ));
        }
    }
    for SeedConnection {
        id,
        retailer,
        platform,
        register,
        secrets,
        ..
    } in connections
    {
        if !retailer_ids.contains(retailer) {
            wrong.push(format!(
                "connection {id} belongs to retailer {retailer}, who is not there"
            ));
        }
        if !register_ids.contains(register) {
            wrong.push(format!(
                "connection {id} books on register {register}, which is not there"
            ));
        }
        if !platforms.contains(platform) {
            wrong.push(format!(
                "connection {id} is to an unknown platform, {platform}"
            ));
        }
        if secrets.is_empty() || secrets.len() > MAX_SECRETS || secrets.iter().any(String::is_empty)
        {
            wrong.push(format!(
                "connection {id} needs one or two secrets, none of them empty"
            ));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::starter;

    #[test]
    fn the_first_seed_file_is_right() {
        let seed = starter::seed().unwrap();
        let platforms: Vec<String> = seed
            .connections
            .iter()
            .map(|one| one.platform.clone())
            .collect();
        assert_eq!(wrong(&seed, &platforms), Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let mut seed = starter::seed().unwrap();
        seed.outlets[0].time_zone = "Mars/Olympus".to_owned();
        seed.registers[0].outlet = Uuid::nil();
        seed.connections[0].secrets.clear();
        let again = seed.retailers[0].clone();
        seed.retailers.push(again);
        let all = wrong(&seed, &[]).join("\n");
        for part in [
            "two retailers",
            "Mars/Olympus",
            "stands in outlet",
            "unknown platform",
            "one or two secrets",
        ] {
            assert!(all.contains(part), "{part} in {all}");
        }
    }
}
