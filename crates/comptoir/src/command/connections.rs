use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use proto::connect as wire;
use proto::convert::quantity_into;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Place;
use crate::api::Ingests;
use crate::arguments::{
    Connections, InstallArguments, LinkArguments, OrderUpdates, SettingArguments, StockAt,
    StockSide, Switch, Terms,
};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::{Installed, Linked, LinkedNow};

/// How often it is looked what became of an install.
const LOOK_EVERY: Duration = Duration::from_secs(1);

#[derive(Serialize)]
struct List {
    connections: Vec<Linked>,
}

/// The shops that are linked.
pub(crate) async fn connections(
    screen: Screen,
    place: &Place,
    command: Connections,
) -> anyhow::Result<Exit> {
    let ingests = place.ingests()?;
    match command {
        Connections::Check => {
            let catalogue = place.ledger().await?.check_catalogue().await?;
            if screen.is_json() {
                screen.json(&catalogue)?;
            } else {
                tables::catalogue(screen, &catalogue);
            }
        }
        Connections::Link(arguments) => {
            let (platform, request) = link_request(arguments)?;
            return linked(screen, &ingests.link(&platform, request).await?);
        }
        Connections::Install(arguments) => return install(screen, &ingests, arguments).await,
        Connections::Set {
            connection,
            settings,
            stock_side_acknowledged,
        } => {
            let change = change(settings);
            ingests
                .set_settings(connection, change, stock_side_acknowledged)
                .await?;
            show(screen, &ingests.connection(connection).await?)?;
        }
        Connections::GetNew { connection } => {
            let kept_deliveries = ingests.get_new_orders(connection).await?;
            if screen.is_json() {
                screen.json(&json!({"kept_deliveries": kept_deliveries}))?;
            } else {
                screen.line(format_args!(
                    "{kept_deliveries} deliveries that were kept are applied, and the shop is asked for what is new"
                ));
            }
        }
        Connections::List => {
            let connections = ingests.connections().await?;
            if screen.is_json() {
                screen.json(&List { connections })?;
            } else {
                tables::connections(screen, &connections);
            }
        }
        Connections::Show { connection } => {
            show(screen, &ingests.connection(connection).await?)?;
        }
        Connections::Pause { connection } => {
            ingests.pause_connection(connection).await?;
            done(screen, "paused")?;
        }
        Connections::Resume { connection } => {
            ingests.resume_connection(connection).await?;
            done(screen, "live")?;
        }
        Connections::Disconnect {
            connection,
            confirmed,
        } => {
            let parting = ingests.disconnect(connection, confirmed).await?;
            if screen.is_json() {
                screen.json(&parting)?;
            } else {
                tables::parting(screen, &parting, confirmed);
            }
        }
    }
    Ok(Exit::Done)
}

/// What no webhook told of.
pub(crate) async fn gaps(screen: Screen, place: &Place) -> anyhow::Result<Exit> {
    let connections = place.ingests()?.connections().await?;
    if screen.is_json() {
        screen.json(&List { connections })?;
    } else {
        tables::gaps(screen, &connections);
    }
    Ok(Exit::Done)
}

fn show(screen: Screen, linked: &Linked) -> anyhow::Result<()> {
    if screen.is_json() {
        screen.json(linked)
    } else {
        tables::connection(screen, linked);
        Ok(())
    }
}

fn link_request(arguments: LinkArguments) -> anyhow::Result<(String, wire::LinkRequest)> {
    let LinkArguments {
        platform,
        shop_url,
        credentials,
        terms:
            Terms {
                check_acknowledged,
                another_shop_confirmed,
                allow_plain_http,
                settings,
            },
    } = arguments;
    let Credentials {
        consumer_key,
        consumer_secret,
        secrets,
    } = Credentials::read(&credentials)?;
    let request = wire::LinkRequest {
        // Said by who asks.
        retailer_id: String::new(),
        shop_url,
        key: consumer_key,
        secret: consumer_secret,
        signing_secrets: secrets,
        allow_plain_http,
        settings: Some(change(settings)),
        check_acknowledged,
        another_shop_confirmed,
    };
    Ok((platform, request))
}

/// Begins, says what to open, and waits for what comes of it. Whoever stops waiting has stopped nothing.
async fn install(
    screen: Screen,
    ingests: &Ingests,
    arguments: InstallArguments,
) -> anyhow::Result<Exit> {
    let InstallArguments {
        platform,
        shop,
        own,
        terms:
            Terms {
                check_acknowledged,
                another_shop_confirmed,
                allow_plain_http,
                settings,
            },
    } = arguments;
    if own {
        let request = wire::LinkOwnShopRequest {
            // Said by who asks.
            retailer_id: String::new(),
            shop,
            settings: Some(change(settings)),
            check_acknowledged,
            another_shop_confirmed,
        };
        return linked(screen, &ingests.link_own_shop(&platform, request).await?);
    }
    let request = wire::BeginInstallRequest {
        // Said by who asks.
        retailer_id: String::new(),
        shop,
        allow_plain_http,
        settings: Some(change(settings)),
        check_acknowledged,
        another_shop_confirmed,
    };
    let wire::BeginInstallResponse {
        install_id,
        address,
        expires_at: _,
    } = ingests.begin_install(&platform, request).await?;
    if screen.is_json() {
        screen.json(&json!({"install_id": install_id, "address": address}))?;
    } else {
        screen.line(format_args!(
            "open this in a browser, within half an hour, and agree:\n\n  {address}\n"
        ));
    }
    loop {
        match ingests.install(&platform, &install_id).await? {
            None => tokio::time::sleep(LOOK_EVERY).await,
            Some(Installed::Linked(now)) => return linked(screen, &now),
            Some(Installed::Refused(why)) => bail!("the shop is not linked: {why}"),
        }
    }
}

fn linked(screen: Screen, now: &LinkedNow) -> anyhow::Result<Exit> {
    if screen.is_json() {
        screen.json(now)?;
    } else {
        tables::linked(screen, now);
    }
    Ok(Exit::Done)
}

fn change(settings: SettingArguments) -> wire::SettingsChange {
    let SettingArguments {
        register,
        automatic_updates,
        order_updates,
        stock_at,
        stock_side,
        channel_buffer,
    } = settings;
    let order_updates = order_updates.map(|updates| match updates {
        OrderUpdates::Apply => wire::OrderUpdates::Apply,
        OrderUpdates::Ask => wire::OrderUpdates::Ask,
    });
    let stock_at = stock_at.map(|stock_at| match stock_at {
        StockAt::Order => wire::StockAt::Order,
        StockAt::Invoice => wire::StockAt::Invoice,
    });
    let stock_side = stock_side.map(|side| match side {
        StockSide::Pos => wire::StockSide::Pos,
        StockSide::Shop => wire::StockSide::Shop,
    });
    wire::SettingsChange {
        register_id: register
            .map(|register| register.to_string())
            .unwrap_or_default(),
        automatic_updates: automatic_updates.map(|switch| match switch {
            Switch::On => true,
            Switch::Off => false,
        }),
        order_updates: order_updates.unwrap_or_default().into(),
        stock_at: stock_at.unwrap_or_default().into(),
        channel_buffer: channel_buffer.map(quantity_into),
        stock_side: stock_side.unwrap_or_default().into(),
    }
}

/// What a shop is asked with and signs with.
#[derive(Deserialize)]
struct Credentials {
    consumer_key: String,
    consumer_secret: String,
    secrets: Vec<String>,
}

impl Credentials {
    /// No error quotes the file.
    fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).map_err(|_| {
            anyhow::anyhow!(
                "{} needs the texts consumer_key and consumer_secret, and secrets, a list of texts",
                path.display()
            )
        })
    }
}

fn done(screen: Screen, state: &'static str) -> anyhow::Result<()> {
    if screen.is_json() {
        screen.json(&json!({"state": state}))
    } else {
        screen.line(format_args!("the connection is {state}"));
        Ok(())
    }
}
