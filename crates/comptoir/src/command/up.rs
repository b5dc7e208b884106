use std::collections::BTreeMap;
use std::env;
use std::sync::Arc;

use anyhow::Context as _;
use secrecy::SecretString;
use serde::Serialize;
use service::settings::Settings;
use tokio::task;

use super::Place;
use super::signal::stop_asked;
use crate::exit::Exit;
use crate::output::Screen;
use crate::services;
use crate::stack::{GivenBroker, Observer, Seed, Stack, StackOptions, State};
use crate::starter;

#[derive(Serialize)]
struct Started<'a> {
    dir: String,
    grpc_url: &'a str,
    retailers: &'a [crate::stack::Retailer],
    connections: &'a [crate::stack::Connection],
}

/// Starts the whole system and keeps it up until it is asked to stop.
pub(crate) async fn up(screen: Screen, place: &Place) -> anyhow::Result<Exit> {
    let options = options(screen, place)?;
    let is_first = options.seed.is_some();
    let stack = task::spawn_blocking(|| Stack::start(options)).await??;
    tell(screen, &stack, is_first)?;
    stop_asked().await?;
    screen.line("\nstopping");
    task::spawn_blocking(|| stack.stop()).await?;
    Ok(Exit::Done)
}

fn options(screen: Screen, place: &Place) -> anyhow::Result<StackOptions> {
    let program = env::current_exe().context("cannot tell which program this is")?;
    let seed_path = place.dir().join("seed.toml");
    let is_first = Seed::read(&seed_path)?.is_none();
    let mut options = StackOptions::new(place.dir(), program, Seed::default());
    options.seed = is_first.then(starter::seed).transpose()?;
    options.observer = progress(screen);
    let settings = Settings::from_process()?;
    options.database_url = settings.optional_secret("DATABASE_URL")?;
    options.broker = broker(&settings)?;
    if let Some(log) = settings.get("LOG") {
        log.clone_into(&mut options.log);
    }
    if let Some(endpoint) = settings.get("OTEL_EXPORTER_OTLP_ENDPOINT") {
        let pair = (
            "OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(),
            endpoint.to_owned(),
        );
        options.settings.extend([pair]);
    }
    Ok(options)
}

/// A broker from outside, where `NATS_URL` names one, with a password for each of our users.
fn broker(settings: &Settings) -> anyhow::Result<Option<GivenBroker>> {
    let Some(url) = settings.get("NATS_URL") else {
        return Ok(None);
    };
    let password = |user: &str| -> anyhow::Result<(String, SecretString)> {
        let key = format!("NATS_PASSWORD_{}", user.to_uppercase().replace('-', "_"));
        Ok((user.to_owned(), settings.secret(&key)?))
    };
    let users = bus::permission::users(&services::platforms()?);
    let passwords: BTreeMap<_, _> = users
        .iter()
        .map(|user| password(&user.name))
        .collect::<anyhow::Result<_>>()?;
    Ok(Some(GivenBroker {
        url: url.to_owned(),
        monitor_url: settings.required("NATS_MONITOR_URL")?,
        passwords,
    }))
}

/// Shows the steps of a start in one line; what happens later each in its own.
pub(super) fn progress(screen: Screen) -> Observer {
    let spinner = Arc::new(screen.spinner());
    Observer::new(move |step| {
        if step == Observer::READY {
            spinner.finish_and_clear();
        } else if spinner.is_finished() {
            eprintln!("{step}");
        } else {
            spinner.set_message(step.to_owned());
        }
    })
}

fn tell(screen: Screen, stack: &Stack, is_first: bool) -> anyhow::Result<()> {
    let State {
        grpc_url,
        retailers,
        connections,
        ..
    } = stack.state();
    if screen.is_json() {
        return screen.json(&Started {
            dir: stack.dir().display().to_string(),
            grpc_url,
            retailers,
            connections,
        });
    }
    screen.line(screen.good("Comptoir is up."));
    screen.line(format_args!("  gRPC      {grpc_url}"));
    for connection in connections {
        screen.line(format_args!(
            "  webhooks  {}  ({})",
            connection.hook_url, connection.name
        ));
    }
    let dir = stack.dir().display();
    screen.line(format_args!("  folder    {dir}"));
    screen.line(format_args!("  token     {dir}/secrets/operator-token"));
    if is_first {
        screen.line(format_args!(
            "\n{dir}/seed.toml says whose outlets, registers and shops these are. Edit it, with the\n\
             secret of your shop's webhooks in it, and start again."
        ));
    }
    screen.line(screen.dim("\nCtrl-C stops it. In another terminal: comptoir status | sales list | stock levels | verify"));
    Ok(())
}
