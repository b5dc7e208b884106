use super::super::tests::{listing_id, ours, theirs, variant_id};
use super::super::{Linking, Ours, Stored, Theirs, link};
use super::*;
use crate::ItemId;

fn shelves() -> (Vec<Ours>, Vec<Theirs>) {
    let ours = vec![
        ours(1, &[("A", "S"), ("B", "M")]),
        ours(2, &[("C", "S")]),
        ours(3, &[("D", "S")]),
    ];
    let theirs = vec![
        theirs("7", &[("A", "S"), ("x", "L")]),
        theirs("8", &[("C", "S")]),
        theirs("9", &[("C", "S")]),
        theirs("10", &[("y", "S")]),
    ];
    (ours, theirs)
}

fn rows(ours: &[Ours], theirs: &[Theirs], linking: &Linking) -> Vec<Row> {
    write(ours, theirs, linking).collect()
}

fn read_back(
    rows: &[Row],
    ours: &[Ours],
    theirs: &[Theirs],
) -> Result<Vec<Decision>, Vec<RowError>> {
    let header = Column::ALL.map(Column::as_str).to_vec();
    let cells = rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect());
    read(std::iter::once(header).chain(cells), ours, theirs)
}

/// What stands in the columns that are read, but for our ids.
fn said(row: &Row) -> [&str; 4] {
    [2, 3, 4, 5].map(|place| row[place].as_str())
}

#[test]
fn a_file_has_every_item_and_what_only_the_shop_has() {
    let (ours, theirs) = shelves();
    let rows = rows(&ours, &theirs, &link(&ours, &theirs));
    let said: Vec<_> = rows.iter().map(said).collect();
    assert_eq!(
        said,
        [
            ["A", "7", "7/1", "linked"],
            ["B", "7", "", "only_in_pos"],
            ["C", "", "", "review"],
            ["D", "", "", "only_in_pos"],
            ["", "7", "7/2", "only_in_shop"],
            ["", "10", "10/1", "only_in_shop"],
        ]
    );
    assert_eq!(rows[0][6], "by SKU");
    assert_eq!(rows[2][6], "the shop has this SKU several times: 8, 9");
}

#[test]
fn what_is_written_and_read_back_orders_what_is_so() {
    let (mut ours, theirs) = shelves();
    ours[2].stored = Some(Stored::Apart);
    let first = link(&ours, &theirs);
    let decisions = read_back(&rows(&ours, &theirs, &first), &ours, &theirs).unwrap();
    let [shirt, apart] = decisions.as_slice() else {
        panic!("{decisions:?}");
    };
    assert_eq!(shirt.stored, Stored::Linked(listing_id("7")));
    assert_eq!(shirt.items, [(ours[0].items[0].item, variant_id("7/1"))]);
    assert_eq!(
        (apart.product, &apart.stored),
        (ours[2].product, &Stored::Apart)
    );
    // Once it is stored the same file says nothing new.
    ours[0].stored = Some(shirt.stored.clone());
    ours[0].items[0].stored = Some(variant_id("7/1"));
    let again = read_back(&rows(&ours, &theirs, &link(&ours, &theirs)), &ours, &theirs);
    assert_eq!(again, Ok(decisions));
}

#[test]
fn a_person_says_which_listing_it_is() {
    let (ours, theirs) = shelves();
    let mut rows = rows(&ours, &theirs, &link(&ours, &theirs));
    rows[2][3..6].clone_from_slice(&["9", "9/1", "linked"].map(str::to_owned));
    rows.truncate(3);
    rows[0][6].clear();
    let decisions = read_back(&rows, &ours, &theirs).unwrap();
    assert_eq!(
        decisions[1],
        Decision {
            product: ours[1].product,
            stored: Stored::Linked(listing_id("9")),
            items: vec![(ours[1].items[0].item, variant_id("9/1"))],
        }
    );
}

/// The file of a shop whose two shirts are linked as they should be, with something changed.
fn refused(change: impl FnOnce(&mut Vec<Row>)) -> Vec<String> {
    let (mut ours, theirs) = shelves();
    ours[2].stored = Some(Stored::Linked(listing_id("10")));
    let mut rows = rows(&ours, &theirs, &link(&ours, &theirs));
    rows[1][4..6].clone_from_slice(&["7/2", "linked"].map(str::to_owned));
    assert!(read_back(&rows, &ours, &theirs).is_ok());
    change(&mut rows);
    let errors = read_back(&rows, &ours, &theirs).unwrap_err();
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn a_row_that_cannot_be_refuses_the_file_and_says_why() {
    let no_item = ItemId::new(uuid::Uuid::from_u128(99));
    let cases: [(usize, usize, String, &str); 9] = [
        (0, 0, "x".into(), r#"row 2, product_id: "x" is no id"#),
        (
            0,
            1,
            no_item.to_string(),
            "row 2, item_id: the product has no item 00000000-0000-0000-0000-000000000063",
        ),
        (0, 2, "B".into(), r#"row 2, sku: the item's SKU is "A""#),
        (
            0,
            3,
            "5".into(),
            r#"row 2, shop_product_id: the shop has no product "5""#,
        ),
        (
            0,
            4,
            "8/1".into(),
            r#"row 2, shop_variant_id: that product of the shop has no variant "8/1""#,
        ),
        (
            0,
            5,
            "Linked".into(),
            r#"row 2, standing: "Linked" is no standing"#,
        ),
        (
            0,
            5,
            "apart".into(),
            "row 3, standing: row 2 says something else of the same product",
        ),
        (
            1,
            4,
            "7/1".into(),
            "row 3, shop_variant_id: it is linked to item 00000000-0000-0000-0000-00000000000b already",
        ),
        (
            0,
            0,
            ItemId::new(uuid::Uuid::from_u128(9)).to_string(),
            "row 2, product_id: the POS has no product 00000000-0000-0000-0000-000000000009",
        ),
    ];
    for (row, column, text, said) in cases {
        assert_eq!(refused(|rows| rows[row][column] = text), [said]);
    }
    let twice = refused(|rows| rows.insert(1, rows[0].clone()));
    assert_eq!(twice, ["row 3, item_id: the item stands in row 2 already"]);
}

#[test]
fn wc_07_no_file_makes_two_products_one_listing() {
    let to = |row: &mut Row, id: &str, variant: &str| {
        row[3..6].clone_from_slice(&[id, variant, "linked"].map(str::to_owned));
    };
    let in_the_file = refused(|rows| to(&mut rows[2], "7", "7/1"));
    assert_eq!(
        in_the_file,
        [
            "row 4, shop_product_id: it is linked to product 00000000-0000-0000-0000-000000000001 already"
        ]
    );
    let elsewhere = refused(|rows| {
        to(&mut rows[2], "10", "10/1");
        rows.truncate(3);
    });
    assert_eq!(
        elsewhere,
        [
            "row 4, shop_product_id: it is linked to product 00000000-0000-0000-0000-000000000003 already"
        ]
    );
}

#[test]
fn two_products_may_swap_their_listings_in_one_file() {
    let (mut ours, theirs) = shelves();
    ours[1].stored = Some(Stored::Linked(listing_id("8")));
    ours[2].stored = Some(Stored::Linked(listing_id("9")));
    let mut rows = rows(&ours, &theirs, &link(&ours, &theirs));
    for (row, id) in [(2, "9"), (3, "8")] {
        let cells = [id.to_owned(), format!("{id}/1"), "linked".to_owned()];
        rows[row][3..6].clone_from_slice(&cells);
    }
    let decisions = read_back(&rows, &ours, &theirs).unwrap();
    let stored: Vec<_> = decisions.iter().map(|decision| &decision.stored).collect();
    let expected = ["7", "9", "8"].map(|id| Stored::Linked(listing_id(id)));
    assert_eq!(stored, expected.iter().collect::<Vec<_>>());
}

#[test]
fn a_file_without_a_column_is_no_file_of_links() {
    let (ours, theirs) = shelves();
    let errors = read([vec!["product_id", "item_id", "sku"]], &ours, &theirs).unwrap_err();
    assert_eq!(errors.len(), 4);
    assert_eq!(
        errors[0].to_string(),
        "row 1, shop_product_id: the file has no such column, or has it twice"
    );
    let header = Column::ALL.map(Column::as_str);
    let short = read([header.to_vec(), vec!["x"]], &ours, &theirs).unwrap_err();
    assert_eq!(short[0].problem, Problem::NoCell);
}
