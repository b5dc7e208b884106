use super::*;
use crate::sim::live::shelf::{Fields, Rules};
use crate::sim::{Options, Shop};

const HOME: &str = "https://127.0.0.1:8448";

fn shelf() -> Shelf {
    let shop = Shop::open(&Options::new(1, 0));
    let mut shelf = Shelf::opened(shop.catalogue(), Timestamp::UNIX_EPOCH);
    shelf.things.clear();
    shelf
}

fn fields(json: &str) -> Fields {
    serde_json::from_str(json).unwrap()
}

/// As the capture has it, but for the order of products that are like it.
fn captured(text: &str) -> String {
    text.trim_end().to_owned()
}

#[test]
fn r_12_a_product_is_shown_as_a_real_shop_shows_it() {
    let mut shelf = shelf();
    shelf.next_id = 9;
    shelf.next_meta_id = 31;
    let now = "2026-11-21T19:50:46Z".parse().unwrap();
    let id = shelf.fetch("http://127.0.0.1:8097/image.png", Some("face"), "face", now);
    assert_eq!(id.unwrap(), 10);
    let asked = fields(
        r#"{"name": "T-shirt « Été » & café", "type": "simple", "sku": "TS-001",
        "global_unique_id": "0012345678905", "regular_price": "20.00", "description": "<p>Coton bio.</p>",
        "short_description": "Coton", "manage_stock": true, "stock_quantity": 50, "weight": "0.25",
        "dimensions": {"length": "30", "width": "20", "height": "2"}, "brands": [], "images": [{"id": 10}],
        "meta_data": [{"key": "_pdv_product_id", "value": "0af7b240-abb8-11ee-8f8c-6d2f6d0a0001"}]}"#,
    );
    let id = shelf.create(None, &asked, Rules::Checked, now).unwrap();
    let body = shown(&shelf, shelf.product(id).unwrap(), HOME, true);
    let text = include_str!("../../../../../fixtures/rest/product-create-simple.body.json");
    assert_eq!(String::from_utf8(body).unwrap(), captured(text));
}

#[test]
fn r_12_variations_are_shown_as_a_real_shop_shows_them() {
    let mut shelf = shelf();
    shelf.next_id = 11;
    let now = "2026-11-21T19:50:52Z".parse().unwrap();
    let parent = fields(
        r#"{"name": "Chandail", "type": "variable", "sku": "CH-000", "manage_stock": false, "attributes": [
        {"name": "Taille", "variation": true, "visible": true, "options": ["P", "M", "G"]},
        {"name": "Couleur", "variation": true, "visible": true, "options": ["Rouge", "Bleu nuit"]}]}"#,
    );
    let parent = shelf.create(None, &parent, Rules::Checked, now).unwrap();
    let text = include_str!("../../../../../fixtures/rest/variations-batch-create.body.json");
    let rows = [
        r#"{"sku": "CH-P-R", "regular_price": "45.00", "manage_stock": true, "stock_quantity": 10,
        "attributes": [{"name": "Taille", "option": "P"}, {"name": "Couleur", "option": "Rouge"}]}"#,
        r#"{"sku": "CH-M-B", "regular_price": "47.50", "sale_price": "39.99", "manage_stock": true, "stock_quantity": 5,
        "attributes": [{"name": "Taille", "option": "M"}, {"name": "Couleur", "option": "Bleu nuit"}]}"#,
        r#"{"sku": "CH-G-R", "regular_price": "45.00", "manage_stock": false,
        "attributes": [{"name": "Taille", "option": "G"}, {"name": "Couleur", "option": "Rouge"}]}"#,
    ];
    let mut bodies = Vec::new();
    for row in rows {
        let id = shelf
            .create(Some(parent), &fields(row), Rules::Unchecked, now)
            .unwrap();
        let variation = shelf.variation(parent, id).unwrap();
        bodies.push(String::from_utf8(shown(&shelf, variation, HOME, true)).unwrap());
    }
    let all = format!("{{\"create\":[{}]}}", bodies.join(","));
    let sorted = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(sorted(&all), sorted(&captured(text)));
}
