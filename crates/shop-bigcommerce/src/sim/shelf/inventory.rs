//! `/v3/inventory`: stock is set in bulk, and shown as set a while later.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use shop::sim::StockCause;

use super::answer::{Asked, Reply, ids, not_allowed, page};
use super::{LOCATION, Product, Shelf, Stock};

const ROWS: usize = 2_000;
const PAGE_ROWS: usize = 1_000;
const MOST_UNITS: i64 = 2_147_483_647;

/// What is set and not yet shown.
#[derive(Debug)]
pub struct Adjustment {
    readings_left: usize,
    rows: Vec<(Target, i64)>,
}

#[derive(Clone, Copy, Debug)]
enum Target {
    Product(u64),
    Variant(u64),
}

pub(super) fn set(shelf: &mut Shelf, asked: &Asked) -> Result<Reply, Reply> {
    if asked.method != Method::PUT {
        return Err(not_allowed());
    }
    let items = asked.body["items"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    if items.is_empty() || items.len() > ROWS {
        return Err(Reply::wrong("items"));
    }
    let rows = items.iter().map(|item| target(shelf, item));
    let rows: Vec<(Target, i64)> = rows.collect::<Result<_, _>>()?;
    // One call of a location is handled after the other.
    shelf.handle(true);
    for (target, _) in &rows {
        shelf.accept(*target);
    }
    shelf.waiting.push(Adjustment {
        readings_left: shelf.lag,
        rows,
    });
    if shelf.lag == 0 {
        shelf.handle(true);
    }
    let id = format!("{:032x}", shelf.next_id());
    Ok(Reply::of(StatusCode::OK, json!({"transaction_id": id})))
}

fn target(shelf: &Shelf, item: &Value) -> Result<(Target, i64), Reply> {
    let kinds = ["sku", "variant_id", "product_id"];
    let given: Vec<&str> = kinds
        .into_iter()
        .filter(|name| item.get(*name).is_some())
        .collect();
    let quantity = item["quantity"]
        .as_i64()
        .filter(|units| (0..=MOST_UNITS).contains(units));
    let quantity = quantity.ok_or_else(|| Reply::wrong("quantity"))?;
    if item["location_id"].as_u64() != Some(LOCATION) {
        return Err(Reply::wrong("location_id"));
    }
    let number = |name: &str| item[name].as_u64().ok_or_else(|| Reply::wrong(name));
    let (product, target, named) = match given.as_slice() {
        ["product_id"] => {
            let id = number("product_id")?;
            (
                shelf.products.get(&id),
                Target::Product(id),
                format!("product_id {id}"),
            )
        }
        ["variant_id"] => {
            let id = number("variant_id")?;
            (
                shelf.owner(id),
                Target::Variant(id),
                format!("variant_id {id}"),
            )
        }
        ["sku"] => {
            let sku = item["sku"].as_str().unwrap_or_default();
            let product = shelf.skus.get(&sku.to_lowercase());
            let product = product.and_then(|id| shelf.products.get(id));
            let variant = product.and_then(|product| product.variant_of(sku));
            let target = variant.map_or(Target::Product(0), Target::Variant);
            (product, target, format!("sku {sku}"))
        }
        _ => return Err(Reply::wrong("items")),
    };
    let product = product.ok_or_else(|| refused(&format!("[Item with {named} was not found]")))?;
    let is_by_variant = matches!(target, Target::Variant(_));
    match (product.tracking(), is_by_variant) {
        ("product", false) | ("variant", true) => Ok((target, quantity)),
        ("product", true) => Err(refused(&format!(
            "[Item with {named} is tracked by product, please update stock by product id]"
        ))),
        ("variant", false) => Err(refused(&format!(
            "[Item with {named} is tracked by variant, please update stock by variant id]"
        ))),
        _ => Err(refused(&format!("[Item with {named} is not tracked]"))),
    }
}

fn refused(title: &str) -> Reply {
    Reply::refused(StatusCode::UNPROCESSABLE_ENTITY, title, &json!({}))
}

pub(super) fn items(shelf: &mut Shelf, asked: &Asked) -> Result<Reply, Reply> {
    if asked.method != Method::GET {
        return Err(not_allowed());
    }
    let query = &asked.query;
    let (number, limit) = page(query, PAGE_ROWS)?;
    let mut rows = Vec::new();
    if let Some(variants) = query.get("variant_id:in") {
        let known = |id: &u64| Some((shelf.owner(*id)?, *id));
        let found: Vec<(&Product, u64)> = ids(variants).iter().filter_map(known).collect();
        rows.extend(
            found
                .iter()
                .filter_map(|(product, variant)| product.item(*variant)),
        );
    } else if let Some(skus) = query.get("sku:in") {
        let known = |sku: &str| {
            let product = shelf.products.get(shelf.skus.get(&sku.to_lowercase())?)?;
            product.item(product.variant_of(sku)?)
        };
        rows.extend(skus.split(',').filter_map(known));
    } else {
        let wanted = query.get("product_id:in").map(|text| ids(text));
        let wanted = wanted.unwrap_or_else(|| shelf.products.keys().copied().collect());
        for product in wanted.iter().filter_map(|id| shelf.products.get(id)) {
            let variants = product.variants.iter();
            rows.extend(variants.filter_map(|variant| product.item(variant.id)));
        }
    }
    let shown = rows
        .iter()
        .filter_map(|row| row["identity"]["variant_id"].as_u64());
    for variant in shown.collect::<Vec<u64>>() {
        if let Some(level) = shelf.level(variant) {
            shelf.note(variant, level, StockCause::Shown);
        }
    }
    let reply = Reply::page(rows, number, limit);
    shelf.handle(false);
    Ok(reply)
}

pub(super) fn locations() -> Reply {
    let location = json!({"id": LOCATION, "code": "BC-LOCATION-1", "label": "Default location",
        "managed_by_external_source": false, "type_id": "PHYSICAL", "enabled": true,
        "time_zone": "Etc/UTC", "storefront_visibility": true, "special_hours": []});
    Reply::page(vec![location], 1, 50)
}

impl Product {
    fn variant_of(&self, sku: &str) -> Option<u64> {
        let mut variants = self.variants.iter();
        let found = variants.find(|variant| {
            let shown = self.shown_variant(variant);
            shown["sku"]
                .as_str()
                .is_some_and(|own| own.to_lowercase() == sku.to_lowercase())
        });
        found.map(|variant| variant.id)
    }

    /// What is counted by its product is an item of the product's.
    fn item(&self, variant: u64) -> Option<Value> {
        let Stock { on_hand, safety } = self.stock_of(variant)?;
        let found = self.variants.iter().find(|each| each.id == variant)?;
        let sku = self.shown_variant(found)["sku"].clone();
        let settings = json!({"safety_stock": safety, "is_in_stock": on_hand > safety,
            "warning_level": 0, "bin_picking_number": ""});
        Some(json!({
            "identity": {"sku": sku, "variant_id": variant, "product_id": self.id},
            "locations": [{"location_id": LOCATION, "location_code": "BC-LOCATION-1",
                "location_name": "Default location", "available_to_sell": on_hand - safety,
                "total_inventory_onhand": on_hand, "location_enabled": true,
                "settings": settings}],
        }))
    }
}

impl Shelf {
    /// A reading later, or now, what was set is there.
    fn handle(&mut self, is_now: bool) {
        let waiting = std::mem::take(&mut self.waiting);
        for mut adjustment in waiting {
            if is_now || adjustment.readings_left <= 1 {
                for (target, units) in adjustment.rows {
                    self.adjust(target, units);
                }
            } else {
                adjustment.readings_left -= 1;
                self.waiting.push(adjustment);
            }
        }
    }

    /// Notes that it will be done.
    fn accept(&mut self, target: Target) {
        let variant = match target {
            Target::Product(id) => self.first_variant(id),
            Target::Variant(id) => Some(id),
        };
        if let Some(variant) = variant
            && let Some(level) = self.level(variant)
        {
            self.note(variant, level, StockCause::Accepted);
        }
    }

    fn first_variant(&self, product: u64) -> Option<u64> {
        let first = self.products.get(&product)?.variants.first()?;
        Some(first.id)
    }

    fn adjust(&mut self, target: Target, units: i64) {
        match target {
            Target::Product(id) => {
                if let Some(product) = self.products.get_mut(&id) {
                    let before = product.stock.available();
                    product.stock.on_hand = units;
                    if let Some(variant) = self.first_variant(id) {
                        self.note(variant, before, StockCause::Told);
                    }
                }
            }
            Target::Variant(id) => {
                let owner = self.owners.get(&id).copied();
                let product = owner.and_then(|owner| self.products.get_mut(&owner));
                if let Some(stock) = product.and_then(|product| product.stock_of_mut(id)) {
                    let before = stock.available();
                    stock.on_hand = units;
                    self.note(id, before, StockCause::Told);
                }
            }
        }
    }

    /// What somebody has the store keep back of a product without options.
    pub fn keep_back(&mut self, product: u64, units: i64) {
        if let Some(product) = self.products.get_mut(&product) {
            product.stock.safety = units;
        }
    }
}
