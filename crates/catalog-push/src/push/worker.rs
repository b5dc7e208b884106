//! Tells one connection's shop, for as long as this process holds it.

use std::time::Duration;

use retail::listing::Terms;
use shop::push::To;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::desk::{Desk, Turn};
use super::purse::Lease;
use super::{Trouble, drift, listings, patience, stock};
use crate::store::{Work, WorkKind};

/// When nothing is due it is looked again after this: what is marked last units is told within it.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Products of one turn, told or compared: a change of stock waits for no more than these.
const LISTINGS_AT_ONCE: usize = 20;
/// However much stock changes, every so many turns products are first.
const LISTINGS_FIRST_EVERY: u64 = 4;
/// What the shop counts in is asked for again after this.
const TERMS_LIFE: Duration = Duration::from_hours(1);
/// How old a lease may be for a turn.
const LEASE_AGE: Duration = Duration::from_secs(30);
/// Of what few are left, what may be sold is asked for this often: orders that nobody can apply change it unheard.
const LAST_UNITS_EVERY: Duration = Duration::from_secs(30);
/// Whether all of a shop is to be compared is looked at this often.
const SCAN_LOOK_EVERY: Duration = Duration::from_secs(5);
/// Items of one turn, at most; the platform may take fewer.
const STOCK_AT_ONCE: usize = super::pushable::ITEMS_LIMIT;

/// Goes on until `stop`, or until somebody else tells the shop.
pub(super) async fn work(desk: Desk, stop: CancellationToken) {
    let mut worker = Worker {
        terms: None,
        last_units_at: Instant::now(),
        scan_looked_at: None,
        turns: 0,
        is_troubled: true,
        desk,
    };
    stop.run_until_cancelled(worker.go_on()).await;
}

struct Worker {
    desk: Desk,
    terms: Option<(Terms, Instant)>,
    last_units_at: Instant,
    scan_looked_at: Option<Instant>,
    turns: u64,
    /// Trouble stands in the database, as far as is known.
    is_troubled: bool,
}

impl Worker {
    async fn go_on(&mut self) {
        let mut tries = 0_u32;
        loop {
            match Box::pin(self.turn()).await {
                Ok(has_worked) => {
                    tries = 0;
                    self.no_trouble(has_worked).await;
                    if !has_worked {
                        sleep(LOOK_EVERY).await;
                    }
                }
                Err(Trouble::Lost) => return,
                Err(trouble) => {
                    tries = tries.saturating_add(1);
                    self.note(&trouble, tries).await;
                    let id = self.desk.connection().uuid();
                    sleep(patience::of_connection(tries, id, trouble.asks_for())).await;
                }
            }
        }
    }

    /// One turn. Whether there was something to do.
    async fn turn(&mut self) -> Result<bool, Trouble> {
        self.sweep().await?;
        let Some((kind, work)) = self.due().await? else {
            return Ok(false);
        };
        let desk = &self.desk;
        let rules = desk.store.push_rules(desk.connection()).await?;
        let rules = rules.filter(|rules| rules.is_linked).ok_or(Trouble::Lost)?;
        let lease = desk.purse.lease(LEASE_AGE).await?;
        let terms = self.terms(&lease).await?;
        let desk = &self.desk;
        let turn = Turn {
            desk,
            rules,
            lease,
            terms,
        };
        match kind {
            WorkKind::Stock => stock::tell(&turn, work).await?,
            WorkKind::Listing => Box::pin(listings::tell(&turn, work)).await?,
            WorkKind::Drift => drift::scan(&turn, work).await?,
        }
        Ok(true)
    }

    /// What the shop counts in. Asked anew now and then, and all is looked at where it is something else by then.
    async fn terms(&mut self, lease: &Lease) -> Result<Terms, Trouble> {
        let desk = &self.desk;
        let known = self.terms.as_ref();
        if let Some((terms, _)) = known.filter(|(_, at)| at.elapsed() < TERMS_LIFE) {
            return Ok(terms.clone());
        }
        let to = To {
            connection: &lease.connection,
            terms: None,
            purse: &desk.purse,
        };
        let terms = desk.push.terms(to).await?;
        if known.is_some_and(|(before, _)| *before != terms) {
            desk.store.look_at_all(desk.connection()).await?;
        }
        self.terms = Some((terms.clone(), Instant::now()));
        Ok(terms)
    }

    async fn due(&mut self) -> Result<Option<(WorkKind, Vec<Work>)>, Trouble> {
        self.turns = self.turns.wrapping_add(1);
        // What differs is looked for when nothing is to be told.
        let kinds = if self.turns.is_multiple_of(LISTINGS_FIRST_EVERY) {
            [WorkKind::Listing, WorkKind::Stock, WorkKind::Drift]
        } else {
            [WorkKind::Stock, WorkKind::Listing, WorkKind::Drift]
        };
        let desk = &self.desk;
        for kind in kinds {
            let limit = match kind {
                WorkKind::Stock => STOCK_AT_ONCE.min(desk.bounds().stock_rows),
                WorkKind::Listing => LISTINGS_AT_ONCE
                    .min(desk.bounds().read_rows)
                    .min(desk.bounds().change_rows),
                WorkKind::Drift => scanned_at_once(desk),
            };
            let limit = i64::try_from(limit.max(1)).unwrap_or(i64::MAX);
            let found = desk.store.due_work(desk.connection(), kind, limit).await?;
            if !found.is_empty() {
                return Ok(Some((kind, found)));
            }
        }
        Ok(None)
    }

    /// Everything is looked at now and then, and what few are left of more often.
    async fn sweep(&mut self) -> Result<(), Trouble> {
        let desk = &self.desk;
        let every = desk.settings.sweep_every;
        if desk.store.is_sweep_due(desk.connection(), every).await? {
            desk.store.sweep(desk.connection(), every).await?;
        }
        let every = desk.settings.scan_every;
        if (self.scan_looked_at).is_none_or(|at| at.elapsed() >= SCAN_LOOK_EVERY) {
            self.scan_looked_at = Some(Instant::now());
            if desk.store.is_scan_due(desk.connection(), every).await? {
                let at_once = i64::try_from(scanned_at_once(desk)).unwrap_or(i64::MAX);
                desk.store.scan(desk.connection(), every, at_once).await?;
            }
        }
        if self.last_units_at.elapsed() >= LAST_UNITS_EVERY {
            self.last_units_at = Instant::now();
            let few = desk.settings.last_units;
            desk.store.sweep_last_units(desk.connection(), few).await?;
        }
        Ok(())
    }

    async fn note(&mut self, trouble: &Trouble, tries: u32) {
        let desk = &self.desk;
        let (connection, why) = (desk.connection(), trouble.as_str());
        desk.meters.trouble(why);
        if tries == 1 {
            tracing::warn!(%connection, why, %trouble, "a shop cannot be told");
        }
        self.is_troubled = true;
        let said = trouble.to_string();
        let noted = desk.store.note_trouble(connection, Some((why, &said)));
        if let Err(error) = noted.await {
            tracing::debug!(%connection, %error, "nor can that be kept");
        }
    }

    /// Only what has told something shows that it can.
    async fn no_trouble(&mut self, has_worked: bool) {
        if !(self.is_troubled && has_worked) {
            return;
        }
        let connection = self.desk.connection();
        match self.desk.store.note_trouble(connection, None).await {
            Ok(()) => self.is_troubled = false,
            Err(error) => tracing::debug!(%connection, %error, "its trouble stays written down"),
        }
    }
}

/// Products that are read together to be compared.
fn scanned_at_once(desk: &Desk) -> usize {
    LISTINGS_AT_ONCE.min(desk.bounds().read_rows)
}
