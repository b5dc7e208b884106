//! Making and changing things, by what a request says of them. What it does not say stays; what is not known is not minded.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::seed::slug;
use super::{Attribute, Kind, Meta, Shelf, Thing};
use crate::sim::live::api::Problem;

/// What a request says.
pub(in crate::sim::live) type Fields = Map<String, Value>;

/// How a request is held against what its fields may be: rows of a batch are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim::live) enum Rules {
    Checked,
    Unchecked,
}

impl Shelf {
    /// Makes a product, or a variation of `parent`. Its id.
    pub(in crate::sim::live) fn create(
        &mut self,
        parent: Option<u64>,
        fields: &Fields,
        rules: Rules,
        now: Timestamp,
    ) -> Result<u64, Problem> {
        let id = self.id();
        let mut thing = match parent {
            Some(parent) => Thing {
                parent,
                ..Thing::blank(id, Kind::Variation, now)
            },
            None => Thing {
                name: "Product".to_owned(),
                ..Thing::blank(id, Kind::Simple, now)
            },
        };
        self.fill(&mut thing, fields, rules, now)?;
        self.save(thing);
        Ok(id)
    }

    /// Changes what is there.
    pub(in crate::sim::live) fn update(
        &mut self,
        id: u64,
        fields: &Fields,
        rules: Rules,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let Some(known) = self.things.get(&id) else {
            return Err(Problem::invalid_parameter());
        };
        let was_variable = known.kind == Kind::Variable;
        let mut thing = known.clone();
        self.fill(&mut thing, fields, rules, now)?;
        thing.modified_at = now;
        if was_variable && thing.kind == Kind::Simple {
            self.things.retain(|_, other| other.parent != id);
        }
        self.save(thing);
        Ok(())
    }

    /// What is to be seen gets an address, from its name if it has none.
    fn save(&mut self, mut thing: Thing) {
        let is_seen = !matches!(thing.status.as_str(), "draft" | "pending" | "trash");
        if thing.kind != Kind::Variation && is_seen {
            if thing.slug.is_empty() {
                thing.slug = slug(&thing.name);
            }
            let wanted = thing.slug.clone();
            let mut number = 1;
            while self
                .things()
                .any(|other| other.id != thing.id && other.parent == 0 && other.slug == thing.slug)
            {
                number += 1;
                thing.slug = format!("{wanted}-{number}");
            }
        }
        self.things.insert(thing.id, thing);
    }

    fn fill(
        &mut self,
        thing: &mut Thing,
        fields: &Fields,
        rules: Rules,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let text = |name: &str| fields.get(name).map(as_text);
        let set = |name: &str, place: &mut String| {
            if let Some(text) = text(name) {
                *place = text;
            }
        };
        if thing.kind != Kind::Variation {
            set("slug", &mut thing.slug);
            if let Some(name) = text("name") {
                thing.name = escaped(&name);
            }
            match text("type").as_deref() {
                Some("variable") => thing.kind = Kind::Variable,
                Some("simple") => thing.kind = Kind::Simple,
                Some(_) if rules == Rules::Checked => return Err(Problem::invalid_parameter()),
                Some(_) | None => {}
            }
        }
        set("description", &mut thing.description);
        set("short_description", &mut thing.short_description);
        set("sku", &mut thing.sku);
        set("global_unique_id", &mut thing.barcode);
        set("regular_price", &mut thing.regular_price);
        set("sale_price", &mut thing.sale_price);
        set("weight", &mut thing.weight);
        if let Some(status) = text("status") {
            thing.status = match status.as_str() {
                "draft" | "pending" | "private" | "publish" | "future" => status,
                _ if rules == Rules::Checked => return Err(Problem::invalid_parameter()),
                _ => "draft".to_owned(),
            };
        }
        if let Some(Value::Object(sizes)) = fields.get("dimensions") {
            let names = ["length", "width", "height"];
            for (name, place) in names.into_iter().zip(&mut thing.dimensions) {
                if let Some(size) = sizes.get(name) {
                    *place = as_text(size);
                }
            }
        }
        self.check_codes(thing)?;
        fill_stock(thing, fields, rules)?;
        self.fill_attributes(thing, fields);
        self.fill_brands(thing, fields);
        self.fill_meta(thing, fields);
        self.fill_pictures(thing, fields, now)
    }

    fn fill_attributes(&self, thing: &mut Thing, fields: &Fields) {
        let Some(Value::Array(rows)) = fields.get("attributes") else {
            return;
        };
        let text = |row: &Value, name: &str| row.get(name).map(as_text).unwrap_or_default();
        if thing.kind != Kind::Variation {
            let attribute = |row: &Value| Attribute {
                name: text(row, "name"),
                is_visible: is_true(row.get("visible")),
                is_of_variations: is_true(row.get("variation")),
                options: match row.get("options") {
                    // As one text they are kept, with a bar between.
                    Some(Value::Array(options)) => (options.iter().map(as_text))
                        .flat_map(|option| option.split('|').map(trimmed).collect::<Vec<_>>())
                        .collect(),
                    _ => Vec::new(),
                },
            };
            thing.attributes = rows.iter().map(attribute).collect();
            return;
        }
        let parent = self.things.get(&thing.parent);
        let known = parent.map_or(&[][..], |parent| &parent.attributes);
        // What its product's variations do not differ in is left out without a word.
        thing.values = (rows.iter())
            .filter_map(|row| {
                let name = slug(&text(row, "name"));
                let mut known = known.iter();
                let known =
                    known.find(|known| known.is_of_variations && slug(&known.name) == name)?;
                Some((known.name.clone(), text(row, "option")))
            })
            .collect();
    }

    fn fill_brands(&self, thing: &mut Thing, fields: &Fields) {
        if let Some(Value::Array(rows)) = fields.get("brands") {
            let ids = rows.iter().filter_map(|row| row.get("id")?.as_u64());
            thing.brands = ids.filter(|id| self.brands.contains_key(id)).collect();
        }
    }

    fn fill_meta(&mut self, thing: &mut Thing, fields: &Fields) {
        let Some(Value::Array(rows)) = fields.get("meta_data") else {
            return;
        };
        for row in rows {
            let key = row.get("key").map(as_text).unwrap_or_default();
            let value = row.get("value").cloned().unwrap_or_default();
            match thing.meta.iter_mut().find(|meta| meta.key == key) {
                Some(meta) => meta.value = value,
                None => thing.meta.push(Meta {
                    id: self.meta_id(),
                    key,
                    value,
                }),
            }
        }
        thing.meta.retain(|meta| !meta.value.is_null());
    }

    /// The list is all there is then. Pictures that were fetched stay in the library, whatever comes of the rest.
    fn fill_pictures(
        &mut self,
        thing: &mut Thing,
        fields: &Fields,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let rows = match (thing.kind, fields.get("image"), fields.get("images")) {
            (Kind::Variation, Some(image), _) => std::slice::from_ref(image),
            (Kind::Simple | Kind::Variable, _, Some(Value::Array(images))) => images.as_slice(),
            _ => return Ok(()),
        };
        let mut pictures = Vec::new();
        for row in rows {
            let text = |name: &str| row.get(name).and_then(Value::as_str);
            let id = row.get("id").and_then(Value::as_u64).filter(|id| *id > 0);
            match (id, text("src")) {
                (Some(id), _) if self.pictures.contains_key(&id) => pictures.push(id),
                (Some(_), _) => return Err(Problem::picture_id()),
                (None, Some(url)) => {
                    let alt = text("alt").unwrap_or_default();
                    pictures.push(self.fetch(url, text("name"), alt, now)?);
                }
                (None, None) => {}
            }
        }
        thing.pictures = pictures;
        Ok(())
    }
}

/// A number that is not counted is not kept.
fn fill_stock(thing: &mut Thing, fields: &Fields, rules: Rules) -> Result<(), Problem> {
    if let Some(is_counted) = fields.get("manage_stock") {
        thing.is_counted = is_true(Some(is_counted));
    }
    if !thing.is_counted {
        thing.quantity = None;
        return Ok(());
    }
    let whole = |value: &Value| match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let whole = number.to_string();
            whole.split('.').next()?.parse().ok()
        }),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    if let Some(quantity) = fields.get("stock_quantity") {
        if rules == Rules::Checked && quantity.is_f64() {
            return Err(Problem::invalid_parameter());
        }
        thing.quantity = whole(quantity);
    } else if let Some(delta) = fields.get("inventory_delta").and_then(whole) {
        thing.quantity = Some(thing.quantity.unwrap_or(0) + delta);
    }
    Ok(())
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}

/// As PHP makes a text of it.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(true) => "1".to_owned(),
        Value::Null | Value::Bool(false) | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(is)) => *is,
        Some(Value::String(text)) => matches!(text.as_str(), "true" | "1" | "yes"),
        Some(Value::Number(number)) => number.as_i64() != Some(0),
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => false,
    }
}

/// An ampersand that begins nothing is written out.
fn escaped(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for (place, c) in name.char_indices() {
        escaped.push(c);
        let rest = &name[place + c.len_utf8()..];
        let is_entity = || {
            let (entity, _) = rest.split_once(';')?;
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '#';
            (!entity.is_empty() && entity.len() < 10 && entity.chars().all(is_name)).then_some(())
        };
        if c == '&' && is_entity().is_none() {
            escaped.push_str("amp;");
        }
    }
    escaped
}
