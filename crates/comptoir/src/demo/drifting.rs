//! Somebody edits a product in each shop: it is found, it is none of the POS's affair, and a person undoes it.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use proto::catalog as wire;
use retail::{ConnectionId, Money, ProductId};
use tokio::time::sleep;

use super::telling::{LOOK_EVERY, SHOWN_WITHIN, Teller, Window};
use crate::api::Page;
use crate::arguments::ProductName;
use crate::view::DriftEntry;

/// What somebody in a shop calls it.
const EDITED: &str = "Théière, dernière pièce";
/// What somebody takes off its price there, in minor units.
const CHEAPER: i64 = 500;
/// Name and price.
const FIELDS: usize = 2;
/// More than one product of one shop has.
const ENTRIES_LIMIT: i32 = 50;

/// What differs of one product in one shop, when people have edited it.
pub(super) struct Edited {
    began: Instant,
    /// In the order of the shops, as are the products.
    filters: Vec<wire::DriftFilter>,
    /// As the POS had them.
    products: Vec<wire::Product>,
}

impl Teller<'_> {
    /// Somebody renames the product in each shop and sells it cheaper, and every shop is looked at.
    pub(super) async fn edit(&self, price: i64) -> anyhow::Result<Edited> {
        let (mut filters, mut products) = (Vec::new(), Vec::new());
        for Window { stall, eyes, sku } in &self.windows {
            let shown = eyes.listing(sku).await?.context("it is in no shop")?;
            let cheaper = Money::new(price - CHEAPER, eyes.terms().currency);
            eyes.edit(&shown, EDITED, cheaper).await?;
            let product = self.catalog.product(&ProductName::Sku(sku.clone())).await?;
            filters.push(wire::DriftFilter {
                connection_id: stall.connection.to_string(),
                product_id: product.product_id.clone(),
                ..wire::DriftFilter::default()
            });
            products.push(product);
        }
        let began = Instant::now();
        for (window, filter) in self.windows.iter().zip(&filters) {
            let connection = ConnectionId::new(window.stall.connection);
            let products: [ProductId; 1] = [filter.product_id.parse()?];
            let scanned = self.catalog.scan_drift(connection, &products, self.act());
            scanned.await?;
        }
        Ok(Edited {
            began,
            filters,
            products,
        })
    }

    /// How long after it was asked for each shop's edits were listed, as what they are.
    pub(super) async fn found(&self, edited: &Edited) -> anyhow::Result<Vec<Option<u128>>> {
        let Edited {
            began,
            filters,
            products,
        } = edited;
        let mut found = vec![None; filters.len()];
        while found.contains(&None) && began.elapsed() < SHOWN_WITHIN {
            for (found, filter) in found.iter_mut().zip(filters) {
                if found.is_none() && self.is_listed(filter).await? {
                    *found = Some(began.elapsed().as_millis());
                }
            }
            sleep(LOOK_EVERY).await;
        }
        for before in products {
            let id = before.product_id.parse()?;
            let now = self.catalog.product(&ProductName::Id(id)).await?;
            ensure!(now == *before, "an edit of a shop is in the POS");
        }
        Ok(found)
    }

    async fn is_listed(&self, filter: &wire::DriftFilter) -> anyhow::Result<bool> {
        let page = self.listed(filter).await?;
        let edits = page.rows.iter().filter(|entry| {
            entry.kind == "edited_in_shop" && matches!(entry.field, Some("title" | "price"))
        });
        Ok(edits.count() == FIELDS)
    }

    async fn listed(&self, filter: &wire::DriftFilter) -> anyhow::Result<Page<DriftEntry>> {
        let page = self
            .catalog
            .drift(filter.clone(), ENTRIES_LIMIT, String::new());
        let (page, _, _) = page.await?;
        Ok(page)
    }

    /// A person has each shop show it as the POS has it.
    pub(super) async fn repair(&self, edited: &Edited) -> anyhow::Result<()> {
        for filter in &edited.filters {
            let page = self.listed(filter).await?;
            let ids = page.rows.into_iter().map(|entry| entry.drift_id);
            let ids = wire::DriftIds {
                drift_ids: ids.collect(),
            };
            let repair = wire::DriftRepair::TellShop;
            self.catalog.repair_drift(ids, repair, self.act()).await?;
        }
        Ok(())
    }
}
