//! Products as the API answers them: every field that the operations ask for.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::answer::gid;
use super::index::Key;
use super::{LOCATION_ID, Media, ONLINE_STORE_ID, Shelf, Ware, WareVariant, number, top};

/// Variants of the first page of a product.
const FIRST_VARIANTS: usize = 100;
/// Most variants of a later page.
const MORE_VARIANTS: usize = 250;
/// Ids on one page.
const IDS: usize = 20;

pub(super) fn terms() -> Value {
    json!({
        "shop": {
            "id": gid("Shop", 60_000_000_000),
            "currencyCode": "EUR",
            "taxesIncluded": true,
            "weightUnit": "KILOGRAMS",
        },
        "location": { "id": gid("Location", LOCATION_ID) },
    })
}

pub(super) fn publications() -> Value {
    let publication = |id: u64, title: &str, handle: &str| {
        json!({
            "id": gid("Publication", id),
            "catalog": { "__typename": "AppCatalog", "title": title },
            "channels": { "nodes": [{ "handle": handle }] },
        })
    };
    json!({ "publications": {
        "nodes": [
            publication(ONLINE_STORE_ID - 1, "Point of Sale", "pos"),
            publication(ONLINE_STORE_ID, "Boutique en ligne", "online_store"),
        ],
        "pageInfo": { "hasNextPage": false, "endCursor": null },
    }})
}

impl Shelf {
    pub(super) fn listings(&self, variables: &Value, now: Timestamp) -> Result<Value, Value> {
        at_home(variables)?;
        let ids = variables["ids"].as_array().into_iter().flatten();
        let nodes = ids.map(|id| {
            let ware = number(id, "Product").and_then(|id| self.wares.get(&id));
            ware.map(|ware| {
                let mut listing = listing(ware, now);
                listing["__typename"] = json!("Product");
                listing
            })
        });
        Ok(json!({ "nodes": nodes.collect::<Vec<_>>() }))
    }

    pub(super) fn variants_page(&self, variables: &Value) -> Result<Value, Value> {
        at_home(variables)?;
        let ware = number(&variables["id"], "Product").and_then(|id| self.wares.get(&id));
        let after = variables["after"]
            .as_str()
            .and_then(|cursor| cursor.parse().ok());
        let page = |ware: &Ware| {
            json!({
                "id": gid("Product", ware.id),
                "variants": variants(ware, after.unwrap_or(0), MORE_VARIANTS),
            })
        };
        Ok(json!({ "product": ware.map(page) }))
    }

    pub(super) fn ids_page(&self, variables: &Value) -> Value {
        let after = variables["after"]
            .as_str()
            .and_then(|cursor| cursor.parse().ok());
        let rest: Vec<u64> = (self.wares.keys().copied())
            .filter(|id| after.is_none_or(|after: u64| *id > after))
            .collect();
        let page = &rest[..IDS.min(rest.len())];
        let nodes: Vec<Value> = page
            .iter()
            .map(|id| json!({ "id": gid("Product", *id) }))
            .collect();
        json!({ "products": {
            "nodes": nodes,
            "pageInfo": {
                "hasNextPage": rest.len() > page.len(),
                "endCursor": page.last().map(u64::to_string),
            },
        }})
    }

    pub(super) fn by_note(&self, variables: &Value) -> Value {
        let value = variables["identifier"]["customId"]["value"].as_str();
        let found = value.and_then(|value| self.holder(&Key::Note(value.to_owned())));
        json!({ "productByIdentifier": found.map(|ware| json!({ "id": gid("Product", ware.id) })) })
    }

    /// Whatever kind of thing is asked for.
    pub(super) fn existing(&self, variables: &Value) -> Value {
        let ids = variables["ids"].as_array().into_iter().flatten();
        let is_there = |id: &Value| {
            if let Some(id) = number(id, "Product") {
                return self.wares.contains_key(&id).then_some("Product");
            }
            if let Some(id) = number(id, "ProductVariant") {
                return self.holder(&Key::Variant(id)).map(|_| "ProductVariant");
            }
            if let Some(id) = number(id, "InventoryItem") {
                return self.holder(&Key::Item(id)).map(|_| "InventoryItem");
            }
            let id = number(id, "MediaImage")?;
            let mut media = self.wares.values().flat_map(|ware| &ware.media);
            media.any(|media| media.id == id).then_some("MediaImage")
        };
        let node = |id: &Value| is_there(id).map(|kind| json!({ "__typename": kind, "id": id }));
        json!({ "nodes": ids.map(node).collect::<Vec<_>>() })
    }

    pub(super) fn items(&self, variables: &Value) -> Value {
        let ids = variables["ids"].as_array().into_iter().flatten();
        let node = |id: &Value| {
            let number = number(id, "ProductVariant")?;
            let mut all = self.holder(&Key::Variant(number))?.variants.iter();
            let found = all.find(|variant| variant.id == number)?;
            let item = json!({ "id": gid("InventoryItem", found.item_id) });
            Some(json!({ "__typename": "ProductVariant", "id": id, "inventoryItem": item }))
        };
        json!({ "nodes": ids.map(node).collect::<Vec<_>>() })
    }
}

pub(super) fn listing(ware: &Ware, now: Timestamp) -> Value {
    let options: Vec<Value> = ware
        .options
        .iter()
        .map(|option| json!({ "name": option.name }))
        .collect();
    json!({
        "id": gid("Product", ware.id),
        "title": ware.title,
        "descriptionHtml": ware.description_html,
        "vendor": ware.vendor,
        "status": ware.status,
        "hasOnlyDefaultVariant": ware.has_only_default_variant(),
        "isPublished": ware.is_published,
        "note": note(ware.note.as_deref()),
        "options": options,
        "media": media(ware, now),
        "variants": variants(ware, 0, FIRST_VARIANTS),
    })
}

pub(super) fn media(ware: &Ware, now: Timestamp) -> Value {
    let nodes: Vec<Value> = ware
        .media
        .iter()
        .map(|media| one_media(media, now))
        .collect();
    json!({ "nodes": nodes, "pageInfo": { "hasNextPage": false, "endCursor": null } })
}

fn one_media(media: &Media, now: Timestamp) -> Value {
    let status = media.status(now);
    let url = format!(
        "https://cdn.example/s/files/1/0600/files/{}?v=1",
        media.name
    );
    json!({
        "__typename": "MediaImage",
        "id": gid("MediaImage", media.id),
        "status": status,
        "image": (status == "READY").then(|| json!({ "url": url })),
    })
}

fn variants(ware: &Ware, after: usize, most: usize) -> Value {
    let rest = ware.variants.get(after..).unwrap_or_default();
    let page = &rest[..most.min(rest.len())];
    let nodes: Vec<Value> = page
        .iter()
        .map(|variant| one_variant(ware, variant))
        .collect();
    json!({
        "nodes": nodes,
        "pageInfo": {
            "hasNextPage": rest.len() > page.len(),
            "endCursor": (!page.is_empty()).then(|| (after + page.len()).to_string()),
        },
    })
}

fn one_variant(ware: &Ware, variant: &WareVariant) -> Value {
    let selected: Vec<Value> = (ware.options.iter().zip(&variant.values))
        .map(|(option, value)| json!({ "name": option.name, "value": value }))
        .collect();
    let media = variant
        .media
        .map(|id| json!({ "__typename": "MediaImage", "id": gid("MediaImage", id) }));
    let level = variant.levels.get(&LOCATION_ID);
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (unit, weight) = &variant.weight;
    json!({
        "id": gid("ProductVariant", variant.id),
        "sku": text(&variant.sku),
        "barcode": text(&variant.barcode),
        "price": variant.price,
        "isPublished": variant.is_published,
        "note": note(variant.note.as_deref()),
        "selectedOptions": selected,
        "media": { "nodes": media.as_slice() },
        "inventoryItem": {
            "id": gid("InventoryItem", variant.item_id),
            "tracked": variant.is_tracked,
            "measurement": { "weight": { "unit": unit, "value": weight } },
            "inventoryLevel": level.map(|available| json!({ "quantities": [{ "quantity": available }] })),
        },
    })
}

pub(super) fn note(value: Option<&str>) -> Option<Value> {
    value.map(|value| json!({ "value": value }))
}

/// The publication and the location that are asked about are the shop's.
pub(super) fn at_home(variables: &Value) -> Result<(), Value> {
    let publication = number(&variables["publication"], "Publication");
    let location = number(&variables["location"], "Location");
    if publication == Some(ONLINE_STORE_ID) && location == Some(LOCATION_ID) {
        Ok(())
    } else {
        Err(top("RESOURCE_NOT_FOUND", "invalid id"))
    }
}
