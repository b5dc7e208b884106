//! The columns of a sheet.

use std::collections::BTreeMap;
use std::fmt;

use crate::ConnectionId;

/// What a column tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    ProductId,
    ItemId,
    /// The revision that was looked at: what changed since is not overwritten.
    Revision,
    Handle,
    Name,
    Description,
    Brand,
    Category,
    Supplier,
    Tags,
    TaxPercent,
    InStore,
    Online(ConnectionId),
    /// The name of what variants differ in; counted from 0.
    Option(usize),
    /// The variant's own, of the option of that number.
    Value(usize),
    Sku,
    Barcode,
    Price,
    Currency,
    PriceIncludesTax,
    Active,
    SupplierCode,
    SupplierPrice,
    SupplierCurrency,
    ReorderPoint,
    ReorderAmount,
    WeightKg,
    LengthCm,
    WidthCm,
    HeightCm,
}

/// Columns by their place in the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// As the sheet calls them.
    names: Vec<String>,
    places: BTreeMap<Column, usize>,
    ignored: Vec<String>,
}

/// Why a sheet's first row names no columns that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    #[error("names columns that are not known: {}", .0.join(", "))]
    Unknown(Vec<String>),
    #[error("names column {0:?} twice")]
    Twice(String),
    #[error("names no column that tells which product a row is: product_id, item_id, sku or name")]
    NothingToKnowBy,
}

/// Before the connection's id: `online:<anything>:<id>` or `online:<id>`.
const ONLINE: &str = "online:";

impl Column {
    /// All but those of shops, in the order in which they are written.
    pub const FIXED: [Self; 33] = [
        Self::ProductId,
        Self::ItemId,
        Self::Revision,
        Self::Handle,
        Self::Name,
        Self::Description,
        Self::Brand,
        Self::Category,
        Self::Supplier,
        Self::Tags,
        Self::TaxPercent,
        Self::InStore,
        Self::Option(0),
        Self::Option(1),
        Self::Option(2),
        Self::Value(0),
        Self::Value(1),
        Self::Value(2),
        Self::Sku,
        Self::Barcode,
        Self::Price,
        Self::Currency,
        Self::PriceIncludesTax,
        Self::Active,
        Self::SupplierCode,
        Self::SupplierPrice,
        Self::SupplierCurrency,
        Self::ReorderPoint,
        Self::ReorderAmount,
        Self::WeightKg,
        Self::LengthCm,
        Self::WidthCm,
        Self::HeightCm,
    ];

    /// By the name that stands in a sheet's first row, in capitals or not.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase().replace(' ', "_");
        if let Some(shop) = name.strip_prefix(ONLINE) {
            let (_, id) = shop.rsplit_once(':').unwrap_or(("", shop));
            return id.parse().ok().map(Self::Online);
        }
        let mut fixed = Self::FIXED.into_iter();
        fixed.find(|column| column.to_string() == name)
    }

    /// The column of a shop; its platform is for people to read.
    #[must_use]
    pub fn online_name(platform: &str, connection: ConnectionId) -> String {
        format!("{ONLINE}{platform}:{connection}")
    }

    /// Holds numbers with decimals.
    #[must_use]
    pub const fn is_number(self) -> bool {
        match self {
            Self::TaxPercent
            | Self::Price
            | Self::SupplierPrice
            | Self::ReorderPoint
            | Self::ReorderAmount
            | Self::WeightKg
            | Self::LengthCm
            | Self::WidthCm
            | Self::HeightCm => true,
            Self::ProductId
            | Self::ItemId
            | Self::Revision
            | Self::Handle
            | Self::Name
            | Self::Description
            | Self::Brand
            | Self::Category
            | Self::Supplier
            | Self::Tags
            | Self::InStore
            | Self::Online(_)
            | Self::Option(_)
            | Self::Value(_)
            | Self::Sku
            | Self::Barcode
            | Self::Currency
            | Self::PriceIncludesTax
            | Self::Active
            | Self::SupplierCode
            | Self::SupplierCurrency => false,
        }
    }

    /// Said once of a product, not of each of its variants.
    #[must_use]
    pub const fn is_of_product(self) -> bool {
        match self {
            Self::ProductId
            | Self::Revision
            | Self::Handle
            | Self::Name
            | Self::Description
            | Self::Brand
            | Self::Category
            | Self::Supplier
            | Self::Tags
            | Self::TaxPercent
            | Self::InStore
            | Self::Online(_)
            | Self::Option(_) => true,
            Self::ItemId
            | Self::Value(_)
            | Self::Sku
            | Self::Barcode
            | Self::Price
            | Self::Currency
            | Self::PriceIncludesTax
            | Self::Active
            | Self::SupplierCode
            | Self::SupplierPrice
            | Self::SupplierCurrency
            | Self::ReorderPoint
            | Self::ReorderAmount
            | Self::WeightKg
            | Self::LengthCm
            | Self::WidthCm
            | Self::HeightCm => false,
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::ProductId => "product_id",
            Self::ItemId => "item_id",
            Self::Revision => "revision",
            Self::Handle => "handle",
            Self::Name => "name",
            Self::Description => "description",
            Self::Brand => "brand",
            Self::Category => "category",
            Self::Supplier => "supplier",
            Self::Tags => "tags",
            Self::TaxPercent => "tax_percent",
            Self::InStore => "in_store",
            Self::Online(connection) => return write!(f, "{ONLINE}{connection}"),
            Self::Option(place) => return write!(f, "option_{}", place + 1),
            Self::Value(place) => return write!(f, "value_{}", place + 1),
            Self::Sku => "sku",
            Self::Barcode => "barcode",
            Self::Price => "price",
            Self::Currency => "currency",
            Self::PriceIncludesTax => "price_includes_tax",
            Self::Active => "active",
            Self::SupplierCode => "supplier_code",
            Self::SupplierPrice => "supplier_price",
            Self::SupplierCurrency => "supplier_currency",
            Self::ReorderPoint => "reorder_point",
            Self::ReorderAmount => "reorder_amount",
            Self::WeightKg => "weight_kg",
            Self::LengthCm => "length_cm",
            Self::WidthCm => "width_cm",
            Self::HeightCm => "height_cm",
        };
        f.write_str(name)
    }
}

impl Header {
    /// From a sheet's first row. A column without a name is ignored; one that is not known only where that is asked for.
    pub fn read(names: &[String], ignore_unknown: bool) -> Result<Self, HeaderError> {
        let (mut places, mut unknown) = (BTreeMap::new(), Vec::new());
        for (place, name) in names.iter().enumerate() {
            let Some(column) = Column::read(name) else {
                unknown.extend(Some(name.clone()).filter(|name| !name.trim().is_empty()));
                continue;
            };
            if places.insert(column, place).is_some() {
                return Err(HeaderError::Twice(name.clone()));
            }
        }
        if !unknown.is_empty() && !ignore_unknown {
            return Err(HeaderError::Unknown(unknown));
        }
        let known_by = [Column::ProductId, Column::ItemId, Column::Sku, Column::Name];
        if !known_by.iter().any(|column| places.contains_key(column)) {
            return Err(HeaderError::NothingToKnowBy);
        }
        Ok(Self {
            names: names.to_vec(),
            places,
            ignored: unknown,
        })
    }

    /// As the sheet calls them.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Where a column stands, counted from 0.
    #[must_use]
    pub fn place(&self, column: Column) -> Option<usize> {
        self.places.get(&column).copied()
    }

    /// Those that are known.
    pub fn columns(&self) -> impl Iterator<Item = Column> {
        self.places.keys().copied()
    }

    /// Those that are not known, by name.
    #[must_use]
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn header(names: &[&str], ignore_unknown: bool) -> Result<Header, HeaderError> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        Header::read(&names, ignore_unknown)
    }

    #[test]
    fn columns_are_known_by_their_names() {
        let shop = ConnectionId::new(Uuid::from_u128(7));
        for column in Column::FIXED.into_iter().chain([Column::Online(shop)]) {
            assert_eq!(Column::read(&column.to_string()), Some(column));
        }
        let named = Column::online_name("a-shop", shop);
        assert_eq!(Column::read(&named), Some(Column::Online(shop)));
        assert_eq!(Column::read(" Tax Percent "), Some(Column::TaxPercent));
        for none in ["", "prize", "online:", "online:x", "option_4", "value_0"] {
            assert_eq!(Column::read(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_not_known_is_named_and_ignored_only_where_that_is_asked_for() {
        let unknown = HeaderError::Unknown(vec!["colour".into(), "prize".into()]);
        let names = ["sku", "colour", "", "prize", "price"];
        assert_eq!(header(&names, false), Err(unknown));
        let read = header(&names, true).unwrap();
        assert_eq!(read.ignored(), ["colour", "prize"]);
        assert_eq!(read.place(Column::Price), Some(4));
        assert_eq!(read.place(Column::Name), None);
        let twice = header(&["sku", "SKU"], false);
        assert_eq!(twice, Err(HeaderError::Twice("SKU".into())));
        let blind = header(&["price"], false);
        assert_eq!(blind, Err(HeaderError::NothingToKnowBy));
    }
}
