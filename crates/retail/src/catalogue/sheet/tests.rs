//! Sheets of whole products: what is written changes nothing, and what is wrong is told where it stands.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

use super::number::NumberError;
use super::*;
use crate::catalogue::product::tests::shirt;
use crate::catalogue::{Parcel, Price, Reorder, Supply, TaxRate, Variant};
use crate::{Barcode, Currency, ItemId, Money, ProductId, Quantity, Sku};

const SHOP: ConnectionId = ConnectionId::new(Uuid::from_u128(71));

fn listed() -> Listed {
    Listed {
        product: shirt(),
        revision: 3,
        in_store: true,
        online: [(SHOP, true)].into(),
    }
}

/// A sheet with these columns, and rows of the shirt's two variants and of new ones.
struct Sheet {
    header: Header,
    rows: Vec<(u32, ItemId, Vec<String>)>,
    faults: Vec<(usize, Fault)>,
    terms: Terms,
}

impl Sheet {
    fn new(columns: &[&str], rows: &[&[&str]]) -> Self {
        let names: Vec<String> = columns.iter().map(ToString::to_string).collect();
        let row = |(place, cells): (u32, &&[&str])| {
            let item = ItemId::new(Uuid::from_u128(u128::from(place) + 1));
            let cells = cells.iter().map(ToString::to_string).collect();
            (place + 2, item, cells)
        };
        Self {
            header: Header::read(&names, false).unwrap(),
            rows: (0..).zip(rows).map(row).collect(),
            faults: Vec::new(),
            terms: Terms::default(),
        }
    }

    /// As it is written.
    fn of(listed: &Listed) -> Self {
        let columns = columns(&[SHOP]);
        let names: Vec<String> = columns.iter().map(ToString::to_string).collect();
        let items = listed.product.variants.iter().map(|variant| variant.item);
        let rows = rows(listed, &columns).into_iter().zip(items);
        Self {
            header: Header::read(&names, false).unwrap(),
            rows: (2..)
                .zip(rows)
                .map(|(number, (cells, item))| (number, item, cells))
                .collect(),
            faults: Vec::new(),
            terms: Terms::default(),
        }
    }

    fn change(&self, before: Option<&Listed>) -> Result<Changed, Vec<Finding>> {
        let id = before.map_or(ProductId::new(Uuid::from_u128(9)), |it| it.product.id);
        let rows: Vec<RowSaid<'_>> = self
            .rows
            .iter()
            .map(|(number, item, cells)| RowSaid {
                number: *number,
                item: *item,
                cells,
                faults: &self.faults,
            })
            .collect();
        change(before, id, &self.header, self.terms, &rows)
    }
}

/// What the one cell does to the shirt's first variant.
fn cell(column: &str, text: &str) -> Result<Changed, Problem> {
    let sheet = Sheet::new(&["sku", column], &[&["", text]]);
    sheet.change(Some(&listed())).map_err(|mut findings| {
        let found = findings.pop().unwrap();
        assert_eq!((found.row, found.column), (2, Some(1)), "{found:?}");
        assert!(findings.is_empty(), "{findings:?}");
        found.problem
    })
}

#[test]
fn ec_12_a_changed_cell_changes_its_field_and_nothing_else() {
    let mut sheet = Sheet::of(&listed());
    let online = sheet.header.place(Column::Online(SHOP)).unwrap();
    let price = sheet.header.place(Column::Price).unwrap();
    sheet.rows[0].2[online] = "no".into();
    sheet.rows[1].2[price] = "19,5".into();
    let changed = sheet.change(Some(&listed())).unwrap();
    let mut expected = listed();
    expected.online = [(SHOP, false)].into();
    expected.product.variants[1].price.amount = Money::new(1_950, Currency::EUR);
    assert_eq!(changed.after, expected);
    let told = |change: &Change| {
        (
            change.row,
            change.column,
            change.before.clone(),
            change.after.clone(),
        )
    };
    assert_eq!(
        changed.changes.iter().map(told).collect::<Vec<_>>(),
        [
            (2, Column::Online(SHOP), "yes".into(), "no".into()),
            (3, Column::Price, "24.20".into(), "19.50".into()),
        ]
    );
}

#[test]
fn ec_12_in_store_and_online_are_columns_and_nobody_may_have_decided() {
    let after = |column: &str, text: &str| cell(column, text).unwrap().after;
    assert!(!after("in_store", "No").in_store);
    let online = Column::Online(SHOP).to_string();
    assert_eq!(after(&online, "off").online, [(SHOP, false)].into());
    assert!(after(&online, "[clear]").online.is_empty());
    assert_eq!(after(&online, "").online, [(SHOP, true)].into());
}

#[test]
fn what_is_cleared_is_gone_and_what_is_empty_stays() {
    let after = |column: &str, text: &str| cell(column, text).unwrap().after.product;
    assert_eq!(&*after("brand", "").brand, "Lin");
    assert_eq!(&*after("brand", "[clear]").brand, "");
    assert_eq!(&*after("brand", "'[clear]").brand, "[clear]");
    assert!(after("tags", "[clear]").tags.is_empty());
    assert_eq!(after("weight_kg", "[CLEAR]").variants[0].weight_mg, None);
    for column in [
        "name",
        "price",
        "in_store",
        "active",
        "currency",
        "tax_percent",
    ] {
        assert_eq!(
            cell(column, "[clear]"),
            Err(Problem::CannotClear),
            "{column}"
        );
    }
}

#[test]
fn bad_cells_are_told_by_row_and_column() {
    let long = "x".repeat(256);
    for (column, text, problem) in [
        ("price", "12.345", NumberError::Ambiguous.into()),
        ("price", "12.3456", NumberError::TooPrecise(2).into()),
        ("price", "-1", Problem::BelowZero),
        ("price", "free", NumberError::NotANumber.into()),
        ("currency", "XXX", Problem::UnknownCurrency),
        ("tax_percent", "120", NumberError::TooLarge.into()),
        ("in_store", "maybe", Problem::NotYesOrNo),
        ("barcode", "4.00638E+12", Problem::Scientific),
        (
            "name",
            &long,
            Problem::TooLong {
                length: 256,
                limit: 255,
            },
        ),
        (
            "tags",
            &long,
            Problem::TooLong {
                length: 256,
                limit: 100,
            },
        ),
        ("length_cm", "10", Problem::HalfAParcel),
        ("weight_kg", "-1", Problem::BelowZero),
        ("weight_kg", "1000001", NumberError::TooLarge.into()),
        ("option_3", "Colour", Problem::OptionMissing(2)),
        ("value_2", "Red", Problem::ValueWithoutOption),
        ("value_1", "[clear]", Problem::Missing),
    ] {
        assert_eq!(cell(column, text), Err(problem), "{column} {text}");
    }
    // What a row lacks is told where it lacks it.
    let sheet = Sheet::new(&["sku", "currency", "price"], &[&["", "CAD", ""]]);
    let found = sheet.change(Some(&listed())).unwrap_err();
    assert_eq!(found[0].column, Some(2));
    assert_eq!(
        found[0].problem,
        Problem::PriceOfOtherCurrency(Currency::CAD)
    );
}

#[test]
fn what_a_file_cannot_say_is_told_and_not_taken_for_nothing() {
    for (fault, problem) in [
        (Fault::Date, Problem::Date),
        (Fault::Rounded, Problem::Rounded),
        (Fault::Formula, Problem::Formula),
    ] {
        let mut sheet = Sheet::new(&["sku"], &[&[""]]);
        sheet.faults = vec![(0, fault)];
        let found = sheet.change(Some(&listed())).unwrap_err();
        assert_eq!(found[0].problem, problem);
    }
}

#[test]
fn codes_that_lost_their_zeros_are_refused() {
    let mut before = listed();
    before.product.variants[0].barcode = Some(Barcode::new("00012345").unwrap());
    let sheet = Sheet::new(&["sku", "barcode"], &[&["", "12345"]]);
    let found = sheet.change(Some(&before)).unwrap_err();
    assert_eq!(found[0].problem, Problem::ZerosLost("00012345".into()));
    let odd = "1.5E+7";
    before.product.variants[0].sku = Some(Sku::new(odd).unwrap());
    let sheet = Sheet::new(&["sku"], &[&[odd]]);
    let changed = sheet.change(Some(&before)).unwrap();
    assert_eq!(changed.changes, [], "what is there is not judged");
}

#[test]
fn rows_of_a_product_say_it_once_or_agree() {
    let two = |one: &str, other: &str| {
        Sheet::new(&["sku", "name"], &[&["", one], &["", other]]).change(Some(&listed()))
    };
    for agreed in [
        two("Blouse", ""),
        two("", "Blouse"),
        two("Blouse", "Blouse"),
        two("Shirt", "Blouse"),
    ] {
        assert_eq!(&*agreed.unwrap().after.product.name, "Blouse");
    }
    let found = two("Blouse", "Skirt").unwrap_err();
    assert_eq!((found[0].row, &found[0].problem), (3, &Problem::Differs(2)));
}

#[test]
fn a_new_variant_is_priced_like_the_others_and_a_new_product_says_what_it_is() {
    let columns = ["name", "option_1", "value_1", "sku", "price", "currency"];
    let rows: [&[&str]; 3] = [
        &["", "", "", "", "", ""],
        &["", "", "", "", "", ""],
        &["", "", "L", "S-L", "25", ""],
    ];
    let changed = Sheet::new(&columns, &rows).change(Some(&listed())).unwrap();
    let added = &changed.after.product.variants[2];
    assert_eq!(added.price.amount, Money::new(2_500, Currency::EUR));
    assert!(added.price.includes_tax && added.is_active);
    let rows: [&[&str]; 2] = [
        &["Mug", "Colour", "red", "M-R", "5", "EUR"],
        &["", "", "blue", "M-B", "6.5", ""],
    ];
    let made = Sheet::new(&columns, &rows).change(None).unwrap().after;
    assert_eq!(
        (&*made.product.name, made.product.variants.len()),
        ("Mug", 2)
    );
    assert!(made.in_store && made.online.is_empty());
    let rows: [&[&str]; 1] = [&["", "", "", "M-R", "", ""]];
    let found = Sheet::new(&columns, &rows).change(None).unwrap_err();
    let missing: Vec<_> = found.iter().map(|finding| finding.column).collect();
    assert_eq!(missing, [Some(0), Some(4)]);
    let rows: [&[&str]; 1] = [&["Mug", "", "", "M-R", "5", ""]];
    let found = Sheet::new(&columns, &rows).change(None).unwrap_err();
    assert_eq!(found[0].column, Some(5));
}

#[test]
fn what_no_product_can_be_is_told_at_the_row_that_makes_it_so() {
    let sheet = Sheet::new(&["sku", "value_1"], &[&["", ""], &["", "S"]]);
    let found = sheet.change(Some(&listed())).unwrap_err();
    assert_eq!((found[0].row, found[0].column), (3, Some(1)));
    assert_eq!(found[0].problem.code(), "no_product");
}

#[test]
fn what_changed_since_is_not_overwritten_unless_that_is_asked_for() {
    let mut sheet = Sheet::new(&["sku", "revision", "name"], &[&["", "2", "Blouse"]]);
    let found = sheet.change(Some(&listed())).unwrap_err();
    assert_eq!(found[0].problem, Problem::ChangedSince(3));
    sheet.terms.overwrite_newer = true;
    assert_eq!(
        &*sheet.change(Some(&listed())).unwrap().after.product.name,
        "Blouse"
    );
    let same = Sheet::new(&["sku", "revision", "name"], &[&["", "2", "Shirt"]]);
    assert_eq!(same.change(Some(&listed())).unwrap().changes, []);
}

/// Texts that spreadsheets like to break.
fn text() -> impl Strategy<Value = Box<str>> {
    prop_oneof![
        "[=+@'-]?[A-Za-z0-9 ,;\\\\\"\r\n\t\\[\\]]{0,12}",
        "\\PC{0,12}",
        Just("[clear]".to_owned()),
        Just("1.23457E+12".to_owned()),
        Just("007".to_owned()),
    ]
    .prop_map(String::into_boxed_str)
}

fn trimmed() -> impl Strategy<Value = Box<str>> {
    text().prop_map(|text| text.trim().into())
}

fn needed() -> impl Strategy<Value = Box<str>> {
    trimmed().prop_filter("it is needed", |text| !text.is_empty())
}

fn amount(currency: Currency) -> impl Strategy<Value = Money> {
    (0..i64::MAX).prop_map(move |minor| Money::new(minor, currency))
}

fn variant(currency: Currency, options: usize) -> impl Strategy<Value = Variant> {
    let milli = || option::of(any::<i64>().prop_map(Quantity::from_milli));
    let size = || 0..=Parcel::LENGTH_LIMIT_UM;
    let parcel = (size(), size(), size()).prop_map(|(length_um, width_um, height_um)| Parcel {
        length_um,
        width_um,
        height_um,
    });
    let supply = (text(), option::of(amount(Currency::JPY)), milli(), milli());
    let codes = (trimmed(), trimmed());
    (
        (codes, amount(currency), any::<bool>(), any::<bool>()),
        supply,
        option::of(0..=Variant::WEIGHT_LIMIT_MG),
        option::of(parcel),
        vec(needed(), options),
    )
        .prop_map(
            |((codes, amount, includes_tax, is_active), supply, weight_mg, parcel, values)| {
                Variant {
                    item: ItemId::new(Uuid::nil()),
                    values,
                    sku: Sku::new(&codes.0).ok(),
                    barcode: Barcode::new(&codes.1).ok(),
                    price: Price {
                        amount,
                        includes_tax,
                    },
                    supply: Supply {
                        code: supply.0,
                        price: supply.1,
                        reorder: Reorder {
                            point: supply.2,
                            amount: supply.3,
                        },
                    },
                    weight_mg,
                    parcel,
                    image: None,
                    is_active,
                }
            },
        )
}

fn product() -> impl Strategy<Value = Listed> {
    let currency = prop_oneof![
        Just(Currency::EUR),
        Just(Currency::JPY),
        Just(Currency::from_code("TND").unwrap())
    ];
    let shape = (currency, 0_usize..=3, 1_usize..4);
    shape
        .prop_flat_map(|(currency, options, variants)| {
            let texts = (needed(), text(), trimmed(), trimmed(), trimmed(), trimmed());
            let shop = prop_oneof![Just(SHOP), Just(ConnectionId::new(Uuid::from_u128(72)))];
            let sold = (any::<bool>(), btree_map(shop, any::<bool>(), 0..2));
            (
                texts,
                vec(needed(), 0..3),
                0..=TaxRate::LIMIT,
                vec(needed(), options),
                vec(variant(currency, options), variants),
                sold,
            )
                .prop_map(|(texts, mut tags, tax, options, mut variants, sold)| {
                    tags.sort_unstable();
                    tags.dedup();
                    for (number, variant) in (1..).zip(&mut variants) {
                        variant.item = ItemId::new(Uuid::from_u128(number));
                    }
                    Listed {
                        product: Product {
                            id: ProductId::new(Uuid::from_u128(5)),
                            name: texts.0,
                            description: texts.1,
                            brand: texts.2,
                            category: texts.3,
                            supplier: texts.4,
                            handle: texts.5,
                            tags,
                            tax: TaxRate::new(tax).unwrap(),
                            options,
                            variants,
                            images: Vec::new(),
                        },
                        revision: 8,
                        in_store: sold.0,
                        online: sold.1,
                    }
                })
        })
        .prop_filter("it can be a product", |listed| {
            listed.product.check().is_ok()
        })
}

/// What spreadsheets do to cells that nobody touches.
fn resaved(cell: &str) -> String {
    cell.replace("\r\n", "\n").replace('\n', "\r\n")
}

proptest! {
    #[test]
    fn ec_12_a_round_trip_without_edits_changes_nothing(listed in product()) {
        let mut sheet = Sheet::of(&listed);
        let changed = sheet.change(Some(&listed)).unwrap();
        prop_assert_eq!(&changed.changes, &[]);
        prop_assert_eq!(&changed.after, &listed);
        for (_, _, cells) in &mut sheet.rows {
            for cell in cells {
                *cell = resaved(cell);
            }
        }
        prop_assert_eq!(sheet.change(Some(&listed)).unwrap().changes, []);
        sheet.rows.reverse();
        prop_assert_eq!(sheet.change(Some(&listed)).unwrap().changes, []);
    }

    /// A product that is made of the rows that another one was written as is written as the same rows.
    #[test]
    fn what_is_written_tells_all_of_it(listed in product()) {
        let mut sheet = Sheet::of(&listed);
        for (_, _, cells) in &mut sheet.rows {
            cells[0].clear();
            cells[2].clear();
        }
        match sheet.change(None) {
            Ok(made) => {
                let columns = columns(&[SHOP]);
                let told = |listed: &Listed| -> Vec<Vec<String>> {
                    rows(listed, &columns).into_iter().map(|row| row[3..].to_vec()).collect()
                };
                prop_assert_eq!(told(&made.after), told(&listed));
            }
            // What a spreadsheet may have made of a code is refused where it is new.
            Err(findings) => {
                for finding in findings {
                    prop_assert_eq!(finding.problem, Problem::Scientific);
                }
            }
        }
    }
}
