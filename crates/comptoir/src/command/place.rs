use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use retail::RetailerId;
use service::Settings;
use service::access::Bearer;

use crate::api::{Catalog, Ingests, Ledger};
use crate::arguments::Common;
use crate::outlets::Outlets;
use crate::services::{Kind, Service};
use crate::stack::{State, operator_token};

/// The folder of the demo's stack, inside that of the commands.
pub(super) const DEMO: &str = "demo";
/// The setting with the token to call with.
const TOKEN: &str = "COMPTOIR_TOKEN";

/// Where a command works: a folder, the stack that runs there, and what was said on the command
/// line instead.
#[derive(Debug)]
pub(crate) struct Place {
    common: Common,
    stack: anyhow::Result<Option<(PathBuf, State)>>,
}

impl Place {
    /// Looks for a running stack in the folder, then for a demo that was kept up.
    pub(crate) fn new(common: Common) -> Self {
        let dirs = [common.dir.clone(), common.dir.join(DEMO)];
        let stack = dirs
            .into_iter()
            .find_map(|dir| match State::find([dir.as_path()]) {
                Ok(None) => None,
                Ok(Some(state)) => Some(Ok((dir, state))),
                Err(error) => Some(Err(error)),
            });
        Self {
            common,
            stack: stack.transpose(),
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.common.dir
    }

    /// The running stack and its folder.
    pub(crate) fn stack(&self) -> anyhow::Result<Option<(&Path, &State)>> {
        match &self.stack {
            Ok(stack) => Ok(stack.as_ref().map(|(dir, state)| (dir.as_path(), state))),
            Err(error) => Err(anyhow!("{error:#}")),
        }
    }

    /// The ledger to ask: `--target`, else the running stack's.
    pub(crate) async fn ledger(&self) -> anyhow::Result<Ledger> {
        let stack = self.stack()?.map(|(_, state)| state);
        let target = match (&self.common.target, stack) {
            (Some(target), _) => target.as_str(),
            (None, Some(state)) => state.grpc_url.as_str(),
            (None, None) => {
                return Err(anyhow!(
                    "nothing runs in {}: start it with `comptoir up`, or name a ledger with --target",
                    self.dir().display()
                ));
            }
        };
        let bearer = self.bearer(target)?;
        Ok(Ledger::connect(target, bearer, self.retailer(stack)?).await?)
    }

    /// Whether a ledger was named that may be another one than the running stack's.
    pub(crate) const fn has_target(&self) -> bool {
        self.common.target.is_some()
    }

    /// The running stack's ingest services.
    pub(crate) fn ingests(&self) -> anyhow::Result<Ingests> {
        let state = self.running()?;
        let is_ingest = |name: &str| match Service::named(name).map(Service::kind) {
            Some(Kind::Ingest(_)) => true,
            Some(Kind::Ledger | Kind::Catalogue) | None => false,
        };
        let services = state.services.iter();
        let targets: Vec<_> = services
            .filter(|running| is_ingest(&running.name))
            .map(|running| (running.name.as_str(), running.grpc_url.as_str()))
            .collect();
        let bearer = self.bearer(&state.grpc_url)?;
        Ok(Ingests::at(&targets, &bearer, self.retailer(Some(state))?)?)
    }

    /// The running stack's catalogue.
    pub(crate) fn catalog(&self) -> anyhow::Result<Catalog> {
        let state = self.running()?;
        let name = Service::CatalogPush.name();
        let mut services = state.services.iter();
        let running = services
            .find(|running| running.name == name)
            .with_context(|| format!("no {name} runs: `comptoir status` shows what does"))?;
        let bearer = self.bearer(&state.grpc_url)?;
        Ok(Catalog::at(
            &running.grpc_url,
            bearer,
            self.retailer(Some(state))?,
        )?)
    }

    fn running(&self) -> anyhow::Result<&State> {
        let Some((_, state)) = self.stack()? else {
            return Err(anyhow!(
                "nothing runs in {}: start it with `comptoir up`",
                self.dir().display()
            ));
        };
        Ok(state)
    }

    /// The token to call `target` with: the one that was given, else the operator's of the stack that answers there.
    /// No other address is told that one.
    fn bearer(&self, target: &str) -> anyhow::Result<Bearer> {
        let given = Settings::from_process()?.optional_secret(TOKEN)?;
        let token = match (given, self.stack()?) {
            (Some(token), _) => token,
            (None, Some((dir, state))) if state.grpc_url == target => operator_token(dir)?,
            (None, _) => bail!(
                "a token is needed: say it with {TOKEN}, or the file it is in with {TOKEN}_FILE"
            ),
        };
        Bearer::new(&token).with_context(|| format!("{TOKEN} is no token"))
    }

    fn retailer(&self, stack: Option<&State>) -> anyhow::Result<RetailerId> {
        match self.common.retailer {
            Some(retailer) => Ok(retailer),
            None => stack
                .and_then(|state| state.retailers.first())
                .context("whose books? say it with --retailer ID")?
                .id
                .parse()
                .context("the stack's retailer has no proper id"),
        }
    }

    /// The running stack's outlets; none are known of another ledger.
    pub(crate) fn outlets(&self) -> Outlets {
        match self.stack() {
            Ok(Some((_, state))) => Outlets::new(state.outlets.clone()),
            Ok(None) | Err(_) => Outlets::default(),
        }
    }
}
