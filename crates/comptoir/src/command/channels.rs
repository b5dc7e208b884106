use proto::catalog as wire;
use retail::listing::{Field, Rule};

use super::Place;
use super::parked::act;
use crate::arguments::{Channels, Profile, Switch};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::{Product, ShopSettings};

/// Where products are sold, and what shops are told of them.
pub(crate) async fn channels(
    screen: Screen,
    place: &Place,
    command: Channels,
) -> anyhow::Result<Exit> {
    let catalog = place.catalog()?;
    let product = match command {
        Channels::Show { product } => Product::try_from(catalog.product(&product).await?)?,
        Channels::Set {
            product,
            in_store,
            online,
            act: asked,
        } => {
            let found = catalog.product(&product).await?;
            let known = found.channels.unwrap_or_default().online;
            let said = online.into_iter().map(|(connection, switch)| {
                let connection_id = connection.to_string();
                let mut known = known.iter();
                let before = known.find(|channel| channel.connection_id == connection_id);
                wire::OnlineChannel {
                    connection_id,
                    is_online: Some(switch == Switch::On),
                    // It stays as it is.
                    buffer: before.and_then(|channel| channel.buffer.clone()),
                }
            });
            let in_store = in_store.map(|it| it == Switch::On);
            let set = catalog.set_channels(found.product_id, in_store, said.collect(), act(asked));
            set.await?
        }
        Channels::Ownership {
            connection,
            rules,
            profile,
            act: asked,
        } => {
            let mut shops = match connection {
                Some(connection) if profile.is_some() || !rules.is_empty() => {
                    let profile = profile_into(profile);
                    let rules = rules.into_iter().map(rule_into).collect();
                    let set =
                        catalog.set_settings(connection.to_string(), profile, rules, act(asked));
                    vec![set.await?]
                }
                Some(_) | None => catalog.settings().await?,
            };
            if let Some(connection) = connection {
                shops.retain(|shop| shop.connection_id == connection.to_string());
            }
            return show(screen, &shops);
        }
    };
    if screen.is_json() {
        screen.json(&product)?;
    } else {
        tables::channels(screen, &product);
    }
    Ok(Exit::Done)
}

fn show(screen: Screen, shops: &[ShopSettings]) -> anyhow::Result<Exit> {
    if screen.is_json() {
        screen.json(&shops)?;
    } else {
        tables::ownership(screen, shops);
    }
    Ok(Exit::Done)
}

fn profile_into(profile: Option<Profile>) -> wire::LinkProfile {
    profile.map_or(wire::LinkProfile::Unspecified, |profile| match profile {
        Profile::PosCreated => wire::LinkProfile::PosCreated,
        Profile::Legacy => wire::LinkProfile::Legacy,
    })
}

fn rule_into((field, rule): (Field, Rule)) -> wire::FieldRule {
    let owner = match rule {
        Rule::Pos => wire::FieldOwner::Pos,
        Rule::PosWipes => wire::FieldOwner::PosWipes,
        Rule::Shop => wire::FieldOwner::Shop,
    };
    wire::FieldRule {
        field: field_into(field).into(),
        owner: owner.into(),
    }
}

pub(super) const fn field_into(field: Field) -> wire::ListingField {
    match field {
        Field::Title => wire::ListingField::Title,
        Field::Description => wire::ListingField::Description,
        Field::Brand => wire::ListingField::Brand,
        Field::Availability => wire::ListingField::Availability,
        Field::Options => wire::ListingField::Options,
        Field::Sku => wire::ListingField::Sku,
        Field::Barcode => wire::ListingField::Barcode,
        Field::Price => wire::ListingField::Price,
        Field::Weight => wire::ListingField::Weight,
        Field::Dimensions => wire::ListingField::Dimensions,
        Field::Images => wire::ListingField::Images,
        Field::Stock => wire::ListingField::Stock,
    }
}
