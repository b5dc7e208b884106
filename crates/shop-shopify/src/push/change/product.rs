//! Texts of a product, and whether it is on sale.

use retail::listing::Change;
use serde_json::{Map, Value, json};

use super::super::operation::{PRODUCT_UPDATE, PUBLISH};
use super::super::stop::Stop;
use super::super::teller::Teller;

/// Texts, and that it goes off sale.
pub(super) async fn tell(teller: Teller<'_>, product: &str, change: &Change) -> Result<(), Stop> {
    let Change {
        title,
        description,
        brand,
        is_on_sale,
        options: _,
        variants: _,
        images: _,
    } = change;
    let mut told = Map::new();
    for (name, text) in [
        ("title", title),
        ("descriptionHtml", description),
        ("vendor", brand),
    ] {
        if let Some(text) = text {
            told.insert(name.to_owned(), json!(text));
        }
    }
    if *is_on_sale == Some(false) {
        told.insert("status".to_owned(), json!("DRAFT"));
    }
    if told.is_empty() {
        return Ok(());
    }
    update(teller, product, told).await
}

/// Active, and in the Online Store.
pub(super) async fn show(teller: Teller<'_>, product: &str) -> Result<(), Stop> {
    let told = Map::from_iter([("status".to_owned(), json!("ACTIVE"))]);
    update(teller, product, told).await?;
    let publication = teller.online_store().await?;
    let told = json!({ "id": product, "input": [{ "publicationId": publication }] });
    let shown = teller.must(&PUBLISH, told, product).await;
    if shown.is_err() {
        teller.forget_online_store();
    }
    shown.map(|_| ())
}

async fn update(
    teller: Teller<'_>,
    product: &str,
    mut told: Map<String, Value>,
) -> Result<(), Stop> {
    told.insert("id".to_owned(), json!(product));
    let told = json!({ "product": told });
    teller.must(&PRODUCT_UPDATE, told, product).await?;
    Ok(())
}
