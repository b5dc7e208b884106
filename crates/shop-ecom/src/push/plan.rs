//! What has to be asked of a store so that a change comes about. Pure.

use http::Method;
use retail::ItemId;
use retail::listing::{Change, Listing, Variant, VariantChange, VariantFields};
use shop::push::ChangeRow;

use super::api::Request;
use super::body::{Body, Chosen, json, whole, write};
use super::images;
use super::mark::{HIDDEN, Mark};
use super::options::options;
use super::product::{Combination, Product};

/// A request, and what it is there for.
pub(super) struct Step {
    pub(super) request: Request,
    pub(super) purpose: Purpose,
}

/// What a step's result means for the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The product, or a variation that is there.
    Set,
    /// A variation is made: its id is in the answer.
    Make(ItemId),
    /// Something goes; that it is gone already is as good.
    Drop,
    Image,
}

/// The steps of one change, in the order in which they must be done, and variants that go by another id from then on.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// Variants that are the product itself from then on.
    pub(super) based: Vec<ItemId>,
}

/// Whether a change can be planned without a look at the product as it is: what adds to lists that the merchant has a
/// hand in must see them.
pub(super) fn needs_look(change: &Change) -> bool {
    let is_simple = |variant: &VariantChange| match variant {
        VariantChange::Set { fields, .. } => fields.values.is_none() && fields.is_on_sale.is_none(),
        VariantChange::Remove(_) => true,
        VariantChange::Add(_) => false,
    };
    change.options.is_some() || change.images.is_some() || !change.variants.iter().all(is_simple)
}

/// `told` is the product as it is, where that was asked.
pub(super) fn plan(row: &ChangeRow, number: &str, told: Option<&Product<'_>>) -> Plan {
    let mut planner = Planner {
        wanted: &row.wanted,
        number,
        told,
        base: base(row),
        gone: row.change.variants.iter().filter_map(gone).collect(),
        drops: Vec::new(),
        sets: Vec::new(),
        makes: Vec::new(),
        plan: Plan::default(),
    };
    for variant in &row.change.variants {
        planner.variant(variant);
    }
    planner.options(row.change.options.is_some());
    planner.finish(&row.change)
}

struct Planner<'a> {
    wanted: &'a Listing,
    number: &'a str,
    told: Option<&'a Product<'a>>,
    base: Body,
    /// Variations that are to go.
    gone: Vec<&'a str>,
    drops: Vec<Request>,
    sets: Vec<Step>,
    makes: Vec<Step>,
    plan: Plan,
}

/// The number of the variation that a change takes away.
fn gone(change: &VariantChange) -> Option<&str> {
    match change {
        VariantChange::Remove(id) => combination(id.as_str()),
        VariantChange::Set { .. } | VariantChange::Add(_) => None,
    }
}

/// The variation's number; `None`: it is the product itself.
fn combination(variant: &str) -> Option<&str> {
    variant.split_once(':').map(|(_, combination)| combination)
}

/// What of the change is the product's own.
fn base(row: &ChangeRow) -> Body {
    let Change {
        title,
        description,
        brand,
        is_on_sale,
        options: _,
        variants: _,
        images: _,
    } = &row.change;
    let mut body = Body {
        name: title.clone(),
        description: description.clone(),
        enabled: *is_on_sale,
        ..Body::default()
    };
    if let Some(brand) = brand {
        body.brand(brand);
    }
    body
}

impl Planner<'_> {
    fn variant(&mut self, change: &VariantChange) {
        match change {
            VariantChange::Set { id, item, fields } => match combination(id.as_str()) {
                Some(combination) => self.set(combination, *item, fields),
                None => self.set_base(*item, fields),
            },
            VariantChange::Add(variant) => self.add(variant),
            VariantChange::Remove(id) => match combination(id.as_str()) {
                Some(combination) => self.drop_combination(combination),
                None => self.clear_base(),
            },
        }
    }

    fn drop_combination(&mut self, combination: &str) {
        let path = format!("/products/{}/combinations/{combination}", self.number);
        self.drops.push(Request::delete(path));
    }

    fn set(&mut self, combination: &str, item: ItemId, fields: &VariantFields) {
        let wanted = self.wanted.variants.iter().find(|v| v.item == item);
        if let (Some([]), Some(wanted)) = (fields.values.as_deref(), wanted) {
            // The last of them is the product itself again.
            self.drop_combination(combination);
            self.base.put(&whole(wanted));
            self.plan.based.push(item);
            return;
        }
        let mut body = Body::default();
        body.put(fields);
        if let Some(values) = &fields.values {
            body.options = Some(self.chosen(values));
        }
        if let Some(is_on_sale) = fields.is_on_sale {
            let told = self.told_combination(|told| told.id.as_str() == combination);
            let (mark, shown) = shown(is_on_sale, item, told);
            body.external_reference_id = Some(mark.text());
            body.out_of_stock_visibility_behaviour = shown;
        }
        self.put_combination(combination, &body);
    }

    fn put_combination(&mut self, combination: &str, body: &Body) {
        if body.is_empty() {
            return;
        }
        let path = format!("/products/{}/combinations/{combination}", self.number);
        self.sets.push(Step {
            request: write(Method::PUT, path, body),
            purpose: Purpose::Set,
        });
    }

    fn set_base(&mut self, item: ItemId, fields: &VariantFields) {
        let wanted = self.wanted.variants.iter().find(|v| v.item == item);
        match (fields.values.as_deref(), wanted) {
            // The product has variations from now on, and what was the product is one of them.
            (Some([_, ..]), Some(wanted)) => {
                self.clear_base();
                self.add(wanted);
            }
            (_, Some(wanted)) if fields.is_on_sale.is_some() => {
                self.base.put(fields);
                self.base.enabled = Some(self.wanted.is_on_sale && wanted.is_on_sale);
            }
            (Some(_) | None, _) => self.base.put(fields),
        }
    }

    /// The product itself is sold no more: its variations are. A choice that is none of them finds no stock.
    fn clear_base(&mut self) {
        if !self.wanted.options.is_empty() {
            self.base.sku = Some("".into());
            self.base.quantity = Some(0);
            self.base.unlimited = Some(false);
        }
    }

    fn add(&mut self, variant: &Variant) {
        let item = variant.item;
        if self.wanted.options.is_empty() {
            self.base.put(&whole(variant));
            self.plan.based.push(item);
            return;
        }
        let options = &self.wanted.options;
        // It may have been made by a call whose answer was lost. Two of the same choices there cannot be: what the
        // merchant made of them is the POS's when the POS has it too.
        let told = self.told_combination(|told| match told.mark() {
            Some(mark) => mark.item == item,
            None => {
                !self.gone.contains(&told.id.as_str()) && told.values(options) == variant.values
            }
        });
        let mut body = Body::default();
        body.put(&whole(variant));
        body.options = Some(self.chosen(&variant.values));
        let (mark, shown) = shown(variant.is_on_sale, item, told);
        body.external_reference_id = Some(mark.text());
        body.out_of_stock_visibility_behaviour = shown;
        let folder = format!("/products/{}/combinations", self.number);
        let request = if let Some(there) = told.and_then(|told| told.id.id()) {
            write(Method::PUT, format!("{folder}/{there}"), &body)
        } else {
            body.quantity = Some(0);
            body.unlimited = Some(false);
            write(Method::POST, folder, &body)
        };
        self.makes.push(Step {
            request,
            purpose: Purpose::Make(item),
        });
    }

    fn told_combination(
        &self,
        is_it: impl Fn(&Combination<'_>) -> bool,
    ) -> Option<&Combination<'_>> {
        let mut told = self.told?.combinations.0.iter();
        told.find(|told| is_it(told))
    }

    fn chosen(&self, values: &[Box<str>]) -> Vec<Box<serde_json::value::RawValue>> {
        let chosen = self.wanted.options.iter().zip(values);
        let chosen = chosen.map(|(name, value)| json(&Chosen { name, value }));
        chosen.collect()
    }

    /// Options stand before the variations that are made of them. A renamed option is a new name in each of ours.
    fn options(&mut self, are_renamed: bool) {
        let Some(told) = self.told else { return };
        let varying = told.option_names();
        self.base.options = options(self.wanted, &told.options.0, &varying);
        if !are_renamed || self.wanted.options.is_empty() {
            return;
        }
        for combination in &told.combinations.0 {
            let Some(mark) = combination.mark() else {
                continue;
            };
            let wanted = self.wanted.variants.iter().find(|v| v.item == mark.item);
            let (Some(wanted), Some(id)) = (wanted, combination.id.id()) else {
                continue;
            };
            let body = Body {
                options: Some(self.chosen(&wanted.values)),
                ..Body::default()
            };
            if combination.values(&self.wanted.options) != wanted.values {
                self.put_combination(id, &body);
            }
        }
    }

    /// What goes makes room, then what is renamed: a SKU and a choice are free before they are given again.
    fn finish(mut self, change: &Change) -> Plan {
        let drop = |request| Step {
            request,
            purpose: Purpose::Drop,
        };
        let mut steps: Vec<Step> = std::mem::take(&mut self.drops)
            .into_iter()
            .map(drop)
            .collect();
        if !self.base.is_empty() {
            let path = format!("/products/{}", self.number);
            let path = match self.base.options {
                // Variations are written one by one, and what the merchant made of an option's looks stays.
                Some(_) => format!(
                    "{path}?rebuildVariationsOnOptionsUpdate=false&keepOptionDisplaySettings=true"
                ),
                None => path,
            };
            steps.push(Step {
                request: write(Method::PUT, path, &self.base),
                purpose: Purpose::Set,
            });
        }
        steps.append(&mut self.sets);
        steps.append(&mut self.makes);
        if let Some(change) = &change.images {
            steps.extend(images::steps(self.number, change, self.told));
        }
        self.plan.steps = steps;
        self.plan
    }
}

/// The mark of a variation and how it is shown out of stock, where that is to change.
fn shown(
    is_on_sale: bool,
    item: ItemId,
    told: Option<&Combination<'_>>,
) -> (Mark, Option<Box<str>>) {
    let before = told.and_then(Combination::mark);
    let put_away = before.and_then(|mark| mark.put_away);
    match (is_on_sale, put_away) {
        (true, shown) => (Mark::sold(item), shown),
        (false, Some(shown)) => (Mark::put_away(item, &shown), Some(HIDDEN.into())),
        (false, None) => {
            let shown = told.map_or("", |told| told.out_of_stock_visibility_behaviour.as_str());
            (Mark::put_away(item, shown), Some(HIDDEN.into()))
        }
    }
}
