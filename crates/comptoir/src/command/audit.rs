use std::cmp::Reverse;

use anyhow::Context as _;
use serde::Serialize;

use super::Place;
use crate::api::AuditLog;
use crate::arguments::PageArguments;
use crate::exit::Exit;
use crate::output::Screen;
use crate::services::Service;
use crate::tables;
use crate::view::Audited;

#[derive(Serialize)]
struct List {
    entries: Vec<Audited>,
    next_page_token: Option<String>,
}

/// A log, and where it is read on from.
struct Reading {
    log: AuditLog,
    token: String,
}

/// Who had what done, the last first: in all services, or in one.
pub(crate) async fn audit(
    screen: Screen,
    place: &Place,
    of: Option<Service>,
    page: PageArguments,
) -> anyhow::Result<Exit> {
    let PageArguments { limit, page_token } = page;
    let logs = logs(place, of).await?;
    let list = merged(begun(logs, &page_token)?, limit).await?;
    if screen.is_json() {
        screen.json(&list)?;
    } else {
        tables::audit(screen, &list.entries);
        tables::next_page(screen, list.next_page_token.as_deref());
    }
    Ok(Exit::Done)
}

/// The ledger's, and those of the services that run beside it.
async fn logs(place: &Place, of: Option<Service>) -> anyhow::Result<Vec<AuditLog>> {
    let mut logs = Vec::new();
    if of.is_none_or(|of| of == Service::Ledger) {
        logs.push(AuditLog::Ledger(place.ledger().await?));
    }
    if !place.has_target() && place.stack()?.is_some() {
        logs.push(AuditLog::Catalog(place.catalog()?));
        logs.extend(place.ingests()?.audit_logs());
    }
    if let Some(of) = of {
        logs.retain(|log| log.service() == of.name());
        if logs.is_empty() {
            anyhow::bail!("no {} runs: `comptoir status` shows what does", of.name());
        }
    }
    Ok(logs)
}

/// A token names each log that has more, with its own token.
fn begun(logs: Vec<AuditLog>, token: &str) -> anyhow::Result<Vec<Reading>> {
    let reading = |log, token: &str| Reading {
        log,
        token: token.to_owned(),
    };
    if token.is_empty() {
        return Ok(logs.into_iter().map(|log| reading(log, "")).collect());
    }
    let parts = token.split(',').map(|part| part.split_once('='));
    let parts: Option<Vec<(&str, &str)>> = parts.collect();
    let parts = parts.context("that is no page token of this list")?;
    let more = logs.into_iter().filter_map(|log| {
        let own = parts.iter().find(|(name, _)| *name == log.service());
        own.map(|(_, token)| reading(log, token))
    });
    Ok(more.collect())
}

/// The last entries of all, and where each log goes on.
async fn merged(readings: Vec<Reading>, limit: i32) -> anyhow::Result<List> {
    let (mut entries, mut pages) = (Vec::new(), Vec::new());
    for (place, Reading { log, token }) in readings.iter().enumerate() {
        let page = log.page(limit, token.clone()).await?;
        pages.push((page.rows.len(), page.next));
        let service = log.service();
        entries.extend(page.rows.into_iter().map(|entry| {
            let service = service.to_owned();
            (place, Audited { service, entry })
        }));
    }
    // Each log's own order stays.
    entries.sort_by_key(|(_, audited)| Reverse(audited.entry.done_at));
    entries.truncate(usize::try_from(limit).unwrap_or_default());
    let mut more = Vec::new();
    for (place, (reading, (read, next))) in readings.iter().zip(pages).enumerate() {
        let shown = entries.iter().filter(|(of, _)| *of == place).count();
        if let Some(token) = reading.after(shown, read, next).await? {
            more.push(format!("{}={token}", reading.log.service()));
        }
    }
    Ok(List {
        entries: entries.into_iter().map(|(_, audited)| audited).collect(),
        next_page_token: (!more.is_empty()).then(|| more.join(",")),
    })
}

impl Reading {
    /// Where it goes on after the `shown` first of `read` entries; `None`: there are no more.
    async fn after(
        &self,
        shown: usize,
        read: usize,
        next: Option<String>,
    ) -> anyhow::Result<Option<String>> {
        if shown == read {
            return Ok(next);
        }
        if shown == 0 {
            return Ok(Some(self.token.clone()));
        }
        let page = self.log.page(i32::try_from(shown)?, self.token.clone());
        Ok(page.await?.next)
    }
}
