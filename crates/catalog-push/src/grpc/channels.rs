//! Where products are sold, and what each shop is told.

use proto::catalog as wire;
use proto::catalog::bulk_selection::Products;
use retail::ProductId;
use retail::listing::{Field, Rule};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::convert::{channels_from, product_into};
use super::error::{bad_field, not_found, precondition};
use super::filter::filter_from;
use super::once::once;
use super::{Answering, ask};
use crate::store::{
    Asked, BulkAsked, BulkCount, ChannelsAsked, Profile, Refused, RefusedReason, Selection,
    SettingsAsked, SettingsView,
};

/// Products that are ticked at most.
const TICKED_LIMIT: usize = 5_000;
/// Shops of one action at most.
const CONNECTIONS_LIMIT: usize = 100;

#[tonic::async_trait]
impl wire::channels_server::Channels for Answering {
    async fn set_channels(
        &self,
        request: Request<wire::SetChannelsRequest>,
    ) -> Result<Response<wire::SetChannelsResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Channels.SetChannels", &request);
        let wire::SetChannelsRequest {
            retailer_id: _,
            product_id,
            in_store,
            online,
            act: _,
        } = request;
        let channels = ChannelsAsked {
            product: ask::product(&product_id)?,
            in_store,
            online: channels_from("online", online)?,
        };
        let connections: Vec<_> = channels.online.iter().map(|one| one.connection).collect();
        let answer = once(&self.acts, asked, async |once| {
            let before = once.look_before_removing(channels.product).await?;
            if before.is_deleted {
                return Err(precondition(
                    "product_deleted",
                    "product",
                    "the product is deleted",
                ));
            }
            if let Some(unknown) = once.unknown_connection(&connections).await? {
                return Err(not_found("connection", &unknown.to_string()));
            }
            let after = once.set_channels(&channels, &before).await?;
            Ok(wire::SetChannelsResponse {
                product: Some(product_into(after, &self.public_url)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn preview_bulk(
        &self,
        request: Request<wire::PreviewBulkRequest>,
    ) -> Result<Response<wire::PreviewBulkResponse>, Status> {
        let wire::PreviewBulkRequest {
            retailer_id,
            selection,
            action,
            channels,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let bulk = bulk_from(selection, action, channels, 0)?;
        let BulkCount {
            products,
            changed,
            refused,
        } = self.questions.preview_bulk(retailer, &bulk).await?;
        Ok(Response::new(wire::PreviewBulkResponse {
            products,
            changes: changed,
            refused: refused.into_iter().map(refused_into).collect(),
        }))
    }

    async fn apply_bulk(
        &self,
        request: Request<wire::ApplyBulkRequest>,
    ) -> Result<Response<wire::ApplyBulkResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Channels.ApplyBulk", &request);
        let wire::ApplyBulkRequest {
            retailer_id: _,
            selection,
            action,
            channels,
            expected_products,
            act: _,
        } = request;
        let bulk = bulk_from(selection, action, channels, expected_products)?;
        let answer = once(&self.acts, asked, async |once| {
            let BulkCount {
                products,
                changed,
                refused,
            } = once.apply_bulk(&bulk).await?;
            Ok(wire::ApplyBulkResponse {
                products,
                changed,
                refused: refused.into_iter().map(refused_into).collect(),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn list_connection_settings(
        &self,
        request: Request<wire::ListConnectionSettingsRequest>,
    ) -> Result<Response<wire::ListConnectionSettingsResponse>, Status> {
        let retailer = ask::retailer(&request.into_inner().retailer_id)?;
        let found = self.questions.list_settings(retailer).await?;
        Ok(Response::new(wire::ListConnectionSettingsResponse {
            connections: found.into_iter().map(settings_into).collect(),
        }))
    }

    async fn set_connection_settings(
        &self,
        request: Request<wire::SetConnectionSettingsRequest>,
    ) -> Result<Response<wire::SetConnectionSettingsResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Channels.SetConnectionSettings", &request);
        let wire::SetConnectionSettingsRequest {
            retailer_id: _,
            connection_id,
            profile,
            rules,
            act: _,
        } = request;
        let profile = match wire::LinkProfile::try_from(profile) {
            Ok(wire::LinkProfile::Unspecified) => None,
            Ok(wire::LinkProfile::PosCreated) => Some(Profile::PosCreated),
            Ok(wire::LinkProfile::Legacy) => Some(Profile::Legacy),
            Err(error) => return Err(bad_field("profile", error)),
        };
        let settings = SettingsAsked {
            connection: ask::connection(&connection_id)?,
            profile,
            rules: rules_from(&rules)?,
        };
        let answer = once(&self.acts, asked, async |once| {
            let after = once.set_settings(&settings).await?;
            let after = after.ok_or_else(|| not_found("connection", &connection_id))?;
            Ok(wire::SetConnectionSettingsResponse {
                settings: Some(settings_into(after)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }
}

fn bulk_from(
    selection: Option<wire::BulkSelection>,
    action: i32,
    channels: Option<wire::BulkChannels>,
    expected: i64,
) -> Result<BulkAsked, Status> {
    let selection = selection.and_then(|selection| selection.products);
    let selection = match selection.ok_or_else(|| bad_field("selection", "is missing"))? {
        Products::Ids(wire::ProductIds { product_ids }) => ticked_from(&product_ids)?,
        Products::Filter(filter) => {
            let filter = filter_from(filter)?;
            if filter.deleted {
                return Err(bad_field(
                    "selection.filter.deleted",
                    "means products that are not sold",
                ));
            }
            Selection::Filter(Box::new(filter))
        }
    };
    let activate = match wire::BulkAction::try_from(action) {
        Ok(wire::BulkAction::Activate) => true,
        Ok(wire::BulkAction::Deactivate) => false,
        Ok(wire::BulkAction::Unspecified) => return Err(bad_field("action", "is missing")),
        Err(error) => return Err(bad_field("action", error)),
    };
    let wire::BulkChannels {
        in_store,
        connection_ids,
    } = channels.unwrap_or_default();
    if !in_store && connection_ids.is_empty() {
        return Err(bad_field("channels", "names none"));
    }
    ask::each_once(
        "channels.connection_ids",
        &connection_ids,
        CONNECTIONS_LIMIT,
    )?;
    if expected < 0 {
        return Err(bad_field("expected_products", "is below zero"));
    }
    Ok(BulkAsked {
        selection,
        activate,
        in_store,
        connections: connection_ids
            .iter()
            .map(|id| ask::connection(id))
            .collect::<Result<_, _>>()?,
        expected: Some(expected).filter(|expected| *expected > 0),
    })
}

fn ticked_from(ids: &[String]) -> Result<Selection, Status> {
    if ids.is_empty() {
        return Err(bad_field("selection.ids", "names none"));
    }
    let ids: Vec<Uuid> = ids
        .iter()
        .map(|id| ask::required("selection.ids", id))
        .collect::<Result<_, _>>()?;
    ask::each_once("selection.ids", &ids, TICKED_LIMIT)?;
    Ok(Selection::Ids(
        ids.into_iter().map(ProductId::new).collect(),
    ))
}

fn rules_from(rules: &[wire::FieldRule]) -> Result<Vec<(Field, Rule)>, Status> {
    let rules: Vec<(Field, Rule)> = rules
        .iter()
        .copied()
        .map(rule_from)
        .collect::<Result<_, _>>()?;
    let fields: Vec<Field> = rules.iter().map(|(field, _)| *field).collect();
    ask::each_once("rules", &fields, Field::ALL.len())?;
    Ok(rules)
}

fn rule_from(rule: wire::FieldRule) -> Result<(Field, Rule), Status> {
    let wire::FieldRule { field, owner } = rule;
    let field = wire::ListingField::try_from(field)
        .ok()
        .and_then(field_from);
    let field = field.ok_or_else(|| bad_field("rules.field", "is no field"))?;
    let rule = match wire::FieldOwner::try_from(owner) {
        Ok(wire::FieldOwner::Pos) => Rule::Pos,
        Ok(wire::FieldOwner::PosWipes) => Rule::PosWipes,
        Ok(wire::FieldOwner::Shop) => Rule::Shop,
        Ok(wire::FieldOwner::Unspecified) => return Err(bad_field("rules.owner", "is missing")),
        Err(error) => return Err(bad_field("rules.owner", error)),
    };
    Ok((field, rule))
}

pub const fn field_from(field: wire::ListingField) -> Option<Field> {
    match field {
        wire::ListingField::Unspecified => None,
        wire::ListingField::Title => Some(Field::Title),
        wire::ListingField::Description => Some(Field::Description),
        wire::ListingField::Brand => Some(Field::Brand),
        wire::ListingField::Availability => Some(Field::Availability),
        wire::ListingField::Options => Some(Field::Options),
        wire::ListingField::Sku => Some(Field::Sku),
        wire::ListingField::Barcode => Some(Field::Barcode),
        wire::ListingField::Price => Some(Field::Price),
        wire::ListingField::Weight => Some(Field::Weight),
        wire::ListingField::Dimensions => Some(Field::Dimensions),
        wire::ListingField::Images => Some(Field::Images),
        wire::ListingField::Stock => Some(Field::Stock),
    }
}

pub const fn field_into(field: Field) -> wire::ListingField {
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

fn settings_into(view: SettingsView) -> wire::ConnectionSettings {
    let SettingsView {
        connection,
        platform,
        is_linked,
        profile,
        ownership,
        products_online,
    } = view;
    let profile = match profile {
        Profile::PosCreated => wire::LinkProfile::PosCreated,
        Profile::Legacy => wire::LinkProfile::Legacy,
    };
    let rule = |field: Field| {
        let owner = match ownership.rule(field) {
            Rule::Pos => wire::FieldOwner::Pos,
            Rule::PosWipes => wire::FieldOwner::PosWipes,
            Rule::Shop => wire::FieldOwner::Shop,
        };
        wire::FieldRule {
            field: field_into(field).into(),
            owner: owner.into(),
        }
    };
    wire::ConnectionSettings {
        connection_id: connection.to_string(),
        platform,
        is_linked,
        profile: profile.into(),
        rules: Field::ALL.into_iter().map(rule).collect(),
        products_online,
    }
}

fn refused_into(refused: Refused) -> wire::RefusedProduct {
    let Refused { product, reason } = refused;
    let reason = match reason {
        RefusedReason::Unknown => wire::BulkRefusal::Unknown,
        RefusedReason::Deleted => wire::BulkRefusal::Deleted,
    };
    wire::RefusedProduct {
        product_id: product.to_string(),
        reason: reason.into(),
    }
}
