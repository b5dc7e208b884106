//! What rows say of their product.

use super::finding::Problem;
use super::reading::{At, New, Reading};
use super::write::{PERCENT_DECIMALS, TAG_END, TAG_ESCAPE, of_product};
use super::{Column, Listed, RowSaid};
use crate::catalogue::{Product, TaxRate};

/// A text of a product that may be empty.
struct Text {
    column: Column,
    limit_bytes: usize,
    of: fn(&mut Product) -> &mut Box<str>,
}

const TEXTS: [Text; 5] = [
    Text {
        column: Column::Handle,
        limit_bytes: Product::NAME_LIMIT_BYTES,
        of: |product| &mut product.handle,
    },
    Text {
        column: Column::Description,
        limit_bytes: Product::DESCRIPTION_LIMIT_BYTES,
        of: |product| &mut product.description,
    },
    Text {
        column: Column::Brand,
        limit_bytes: Product::NAME_LIMIT_BYTES,
        of: |product| &mut product.brand,
    },
    Text {
        column: Column::Category,
        limit_bytes: Product::NAME_LIMIT_BYTES,
        of: |product| &mut product.category,
    },
    Text {
        column: Column::Supplier,
        limit_bytes: Product::NAME_LIMIT_BYTES,
        of: |product| &mut product.supplier,
    },
];

impl<'a> Reading<'a> {
    /// Brings `listed` to what the rows say of it, but for its variants.
    pub(super) fn product(&mut self, listed: &mut Listed, rows: &[RowSaid<'a>]) {
        self.name(listed, rows);
        for text in &TEXTS {
            if let Some((at, new)) = self.new_for(listed, rows, text.column)
                && let Some(said) = self.text(at, new, text.limit_bytes)
            {
                *(text.of)(&mut listed.product) = said;
            }
        }
        if let Some((at, new)) = self.new_for(listed, rows, Column::Tags)
            && let Some(tags) = self.tags(at, new)
        {
            listed.product.tags = tags;
        }
        if let Some((at, new)) = self.new_for(listed, rows, Column::TaxPercent)
            && let Some(tax) = self.tax(at, new)
        {
            listed.product.tax = tax;
        }
        if let Some((at, new)) = self.new_for(listed, rows, Column::InStore)
            && let Some(is) = self.yes_or_no(at, new)
        {
            listed.in_store = is;
        }
        self.online(listed, rows);
        self.options(listed, rows);
    }

    fn new_for(
        &mut self,
        listed: &Listed,
        rows: &[RowSaid<'a>],
        column: Column,
    ) -> Option<(At, New<'a>)> {
        let was = of_product(listed, column);
        self.new_of_product(rows, column, was.as_deref())
    }

    fn name(&mut self, listed: &mut Listed, rows: &[RowSaid<'a>]) {
        if let Some((at, new)) = self.new_for(listed, rows, Column::Name) {
            if let Some(name) = self.needed_text(at, new, Product::NAME_LIMIT_BYTES) {
                listed.product.name = name;
            }
        } else if listed.product.name.is_empty()
            && let Some(first) = rows.first()
        {
            let at = At {
                row: first.number,
                column: Column::Name,
            };
            self.wrong(at, Problem::Missing);
        }
    }

    fn online(&mut self, listed: &mut Listed, rows: &[RowSaid<'a>]) {
        let header = self.header;
        for column in header.columns() {
            let Column::Online(shop) = column else {
                continue;
            };
            match self.new_for(listed, rows, column) {
                None => {}
                // Nobody decides any more: an order that sells it does.
                Some((_, New::Clear)) => {
                    listed.online.remove(&shop);
                }
                Some((at, new)) => {
                    if let Some(is) = self.yes_or_no(at, new) {
                        listed.online.insert(shop, is);
                    }
                }
            }
        }
    }

    fn options(&mut self, listed: &mut Listed, rows: &[RowSaid<'a>]) {
        let mut names = listed.product.options.clone();
        names.resize(Product::OPTIONS_LIMIT, "".into());
        let mut last = None;
        for (place, name) in names.iter_mut().enumerate() {
            let Some((at, new)) = self.new_for(listed, rows, Column::Option(place)) else {
                continue;
            };
            last = Some(at);
            if let Some(text) = self.text(at, new, Product::NAME_LIMIT_BYTES) {
                *name = text;
            }
        }
        let count = names.iter().take_while(|name| !name.is_empty()).count();
        if names.iter().skip(count).any(|name| !name.is_empty())
            && let Some(at) = last
        {
            self.wrong(at, Problem::OptionMissing(count + 1));
        }
        names.truncate(count);
        listed.product.options = names;
    }

    fn tax(&mut self, at: At, new: New<'_>) -> Option<TaxRate> {
        let text = self.uncleared(at, new)?;
        let limit = u64::from(TaxRate::LIMIT);
        let tax = self.size(at, &text, PERCENT_DECIMALS, limit)?;
        match TaxRate::new(u32::try_from(tax).unwrap_or(u32::MAX)) {
            Ok(tax) => Some(tax),
            Err(error) => {
                self.wrong(at, error);
                None
            }
        }
    }

    fn tags(&mut self, at: At, new: New<'_>) -> Option<Vec<Box<str>>> {
        let text = match new {
            New::Clear => return Some(Vec::new()),
            New::Text(text) => text,
        };
        let tags = split(&text);
        if tags.len() > Product::TAGS_LIMIT {
            self.wrong(at, Problem::TooManyTags(Product::TAGS_LIMIT));
            return None;
        }
        let limit = Product::TAG_LIMIT_BYTES;
        if let Some(long) = tags.iter().find(|tag| tag.len() > limit) {
            let length = long.len();
            self.wrong(at, Problem::TooLong { length, limit });
            return None;
        }
        Some(tags)
    }
}

/// Each once, without those that are empty.
fn split(text: &str) -> Vec<Box<str>> {
    let (mut tags, mut tag): (Vec<Box<str>>, _) = (Vec::new(), String::new());
    let mut is_escaped = false;
    let mut end = |tag: &mut String| {
        let found = tag.trim();
        if !found.is_empty() && !tags.iter().any(|known| **known == *found) {
            tags.push(found.into());
        }
        tag.clear();
    };
    for one in text.chars() {
        if is_escaped || (one != TAG_END && one != TAG_ESCAPE) {
            tag.push(one);
            is_escaped = false;
        } else if one == TAG_ESCAPE {
            is_escaped = true;
        } else {
            end(&mut tag);
        }
    }
    end(&mut tag);
    tags
}
