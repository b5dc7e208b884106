//! Names of options: which are called otherwise, which come and which go.

use retail::listing::{Listing, ShopListing};
use serde::Deserialize;
use serde_json::{Value, json};
use shop::push::PushReason;

use super::super::operation::{
    PRODUCT_OPTION_UPDATE, PRODUCT_OPTIONS, PRODUCT_OPTIONS_CREATE, PRODUCT_OPTIONS_DELETE,
    PRODUCT_OPTIONS_REORDER,
};
use super::super::stop::Stop;
use super::super::teller::Teller;

/// What is left to do once the variants are as they should be.
#[derive(Debug, Default)]
pub(super) struct Leftover {
    /// Options that are to go, by name.
    doomed: Vec<Box<str>>,
}

impl Leftover {
    /// Values for options that are to go, which a variant must have that comes before.
    pub(super) fn fill(&self, shop: &ShopListing) -> Vec<(Box<str>, Box<str>)> {
        let value = |name: &str| {
            let place = shop.options.iter().position(|option| **option == *name)?;
            shop.variants.first()?.values.get(place).cloned()
        };
        let doomed = self.doomed.iter();
        doomed
            .filter_map(|name| Some((name.clone(), value(name)?)))
            .collect()
    }
}

/// Calls options by their new names, makes those that lack, puts them in order.
pub(super) async fn begin(
    teller: Teller<'_>,
    product: &str,
    shop: &ShopListing,
    wanted: &Listing,
    options: Option<&[Box<str>]>,
) -> Result<Leftover, Stop> {
    let Some(options) = options else {
        return Ok(Leftover::default());
    };
    let Plan {
        renamed,
        created,
        doomed,
        is_reordered,
    } = Plan::new(&shop.options, options);
    for (option, name) in renamed {
        let id = id_of(teller, product, option).await?;
        // A call that was cut off has done it already.
        let Some(id) = id else { continue };
        let told = json!({ "productId": product, "option": { "id": id, "name": name } });
        teller.must(&PRODUCT_OPTION_UPDATE, told, product).await?;
    }
    let created = missing(teller, product, created).await?;
    if !created.is_empty() {
        let told = json!({ "productId": product, "options": inputs(&created, wanted)? });
        teller.must(&PRODUCT_OPTIONS_CREATE, told, product).await?;
    }
    if is_reordered {
        let order: Vec<Value> = (options.iter().chain(doomed.iter()))
            .map(|name| json!({ "name": name }))
            .collect();
        let told = json!({ "productId": product, "options": order });
        teller.must(&PRODUCT_OPTIONS_REORDER, told, product).await?;
    }
    Ok(Leftover { doomed })
}

/// Takes away the options that are to go, where no variant is lost by it.
pub(super) async fn finish(
    teller: Teller<'_>,
    product: &str,
    leftover: &Leftover,
) -> Result<(), Stop> {
    if leftover.doomed.is_empty() {
        return Ok(());
    }
    let there = there(teller, product).await?;
    let doomed = there
        .iter()
        .filter(|option| leftover.doomed.contains(&option.name));
    let doomed: Vec<&str> = doomed.map(|option| &*option.id).collect();
    if doomed.is_empty() {
        return Ok(());
    }
    let told = json!({ "productId": product, "options": doomed });
    teller.must(&PRODUCT_OPTIONS_DELETE, told, product).await?;
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
struct Plan<'a> {
    renamed: Vec<(&'a str, &'a str)>,
    created: Vec<&'a str>,
    doomed: Vec<Box<str>>,
    is_reordered: bool,
}

impl<'a> Plan<'a> {
    /// What stands in both is the same option. Of the others those of the shop become those that are wanted, in their
    /// order; what is left over there goes, and what is left over here is made.
    fn new(shop: &'a [Box<str>], wanted: &'a [Box<str>]) -> Self {
        let mut order: Vec<&str> = shop.iter().map(|name| &**name).collect();
        let mut lacking = wanted.iter().filter(|name| !shop.contains(name));
        let mut renamed = Vec::new();
        let mut doomed = Vec::new();
        for name in &mut order {
            if wanted.iter().any(|wanted| **wanted == **name) {
                continue;
            }
            match lacking.next() {
                Some(wanted) => {
                    renamed.push((*name, &**wanted));
                    *name = wanted;
                }
                None => doomed.push(Box::from(*name)),
            }
        }
        let created: Vec<&str> = lacking.map(|name| &**name).collect();
        order.extend(&created);
        order.retain(|name| doomed.iter().all(|doomed| **doomed != **name));
        Self {
            is_reordered: !order
                .iter()
                .zip(wanted)
                .all(|(there, wanted)| **there == **wanted),
            renamed,
            created,
            doomed,
        }
    }
}

/// Each with the value that the first of our variants has: what is there takes it until it is told otherwise.
fn inputs(created: &[&str], wanted: &Listing) -> Result<Vec<Value>, Stop> {
    let input = |name: &&str| {
        let place = wanted
            .options
            .iter()
            .position(|option| **option == **name)?;
        let value = wanted.variants.first()?.values.get(place)?;
        Some(json!({ "name": name, "values": [{ "name": value }] }))
    };
    let inputs: Option<Vec<Value>> = created.iter().map(input).collect();
    inputs.ok_or_else(|| Stop::refused(PushReason::Invalid, "an option without a value"))
}

/// Those that are not there: a call that was cut off may have made them.
async fn missing<'a>(
    teller: Teller<'_>,
    product: &str,
    mut wanted: Vec<&'a str>,
) -> Result<Vec<&'a str>, Stop> {
    if !wanted.is_empty() {
        let there = there(teller, product).await?;
        wanted.retain(|name| there.iter().all(|option| *option.name != **name));
    }
    Ok(wanted)
}

async fn id_of(teller: Teller<'_>, product: &str, name: &str) -> Result<Option<Box<str>>, Stop> {
    let there = there(teller, product).await?;
    let mut found = there.into_iter().filter(|option| *option.name == *name);
    Ok(found.next().map(|option| option.id))
}

async fn there(teller: Teller<'_>, product: &str) -> Result<Vec<Named>, Stop> {
    let Data { product } = teller
        .ask(&PRODUCT_OPTIONS, json!({ "id": product }))
        .await?;
    product.map(|product| product.options).ok_or(Stop::Missing)
}

#[derive(Deserialize)]
struct Data {
    product: Option<Product>,
}

#[derive(Deserialize)]
struct Product {
    options: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: Box<str>,
    name: Box<str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ec_01_options_are_called_otherwise_made_moved_and_taken_away() {
        let names =
            |text: &str| -> Vec<Box<str>> { text.split_whitespace().map(Box::from).collect() };
        for (shop, wanted, renamed, created, doomed, is_reordered) in [
            ("A B", "A B", "", "", "", false),
            ("A B", "B A", "", "", "", true),
            ("A", "B", "A>B", "", "", false),
            ("A B", "B C", "A>C", "", "", true),
            ("A", "A B", "", "B", "", false),
            ("A", "B A", "", "B", "", true),
            ("", "A B", "", "A B", "", false),
            ("A B", "A", "", "", "B", false),
            ("A B", "B", "", "", "A", false),
            ("A B", "C", "A>C", "", "B", false),
            ("A", "", "", "", "A", false),
        ] {
            let (shop, wanted) = (names(shop), names(wanted));
            let plan = Plan::new(&shop, &wanted);
            let pairs = plan.renamed.iter().map(|(from, to)| format!("{from}>{to}"));
            assert_eq!(
                pairs.collect::<Vec<_>>().join(" "),
                renamed,
                "{shop:?} {wanted:?}"
            );
            assert_eq!(plan.created.join(" "), created, "{shop:?} {wanted:?}");
            assert_eq!(plan.doomed, names(doomed), "{shop:?} {wanted:?}");
            assert_eq!(plan.is_reordered, is_reordered, "{shop:?} {wanted:?}");
        }
    }
}
