//! What tells shops, put together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use proto::connect::leases_client::LeasesClient;
use service::Settings;
use service::access::Bearer;
use service::clock::{Clock, SystemIds};
use tonic::transport::Endpoint;

use super::{Pushers, settings};
use crate::push::{Meters, Reconciler, ShopStock, Way};
use crate::store::Store;

/// For a connection to an ingest service to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For its answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Of the platforms that have both a way to be told and an ingest service.
pub(super) fn reconciler(
    settings: &Settings,
    pushers: Pushers,
    store: Store,
    bearer: &Bearer,
    clock: Arc<dyn Clock>,
    public_url: Arc<str>,
) -> anyhow::Result<Reconciler> {
    let mut urls = settings::ingest_urls(settings)?;
    let mut ways = BTreeMap::new();
    for (platform, push) in pushers {
        let Some(url) = urls.remove(&platform) else {
            tracing::info!(%platform, "its shops are not told: setting INGEST_URLS does not name it");
            continue;
        };
        let endpoint = Endpoint::from_shared(url)
            .with_context(|| format!("the address of {platform}'s ingest service is none"))?
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT);
        let leases = LeasesClient::new(bearer.clone().on(endpoint.connect_lazy()));
        ways.insert(platform, Way { push, leases });
    }
    if let Some(platform) = urls.keys().next() {
        anyhow::bail!("nobody here knows how to tell the shops of {platform}");
    }
    let ledger: String = settings.required(settings::LEDGER_URL)?;
    Ok(Reconciler {
        store,
        ways,
        ledger: ShopStock::at(ledger, bearer.clone())?,
        settings: settings::push(settings)?,
        ids: Arc::new(SystemIds::new(Arc::clone(&clock))),
        clock,
        meters: Meters::new(),
        public_url,
    })
}
