//! Kits: sold as one item, in stock as their parts.

use ledger::decide::Outcome;
use ledger::store::{self, Outbox, Place};
use proto::ledger as wire;
use proto::ledger::{define_kit_request, get_kit_request};
use retail::{Quantity, SaleState, StockRule};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::held::violation;
use crate::imports::{IMPORT, past};
use crate::office::Office;
use crate::order::an_order;
use crate::stockroom::{Line, Stockroom, lines};
use crate::support::{
    ASKING_CONNECTION, OTHER_OUTLET, OTHER_RETAILER, OUTLET, REGISTER, RETAILER, app,
};
use crate::till::Till;
use crate::waiting::open;

pub fn definition(act: wire::Act, sku: &str, parts: &[Line<'_>]) -> wire::DefineKitRequest {
    wire::DefineKitRequest {
        retailer_id: RETAILER.to_string(),
        item: Some(define_kit_request::Item::Sku(sku.to_owned())),
        parts: lines(parts),
        act: Some(act),
    }
}

impl Stockroom {
    pub fn definition(&mut self, sku: &str, parts: &[Line<'_>]) -> wire::DefineKitRequest {
        definition(self.act(), sku, parts)
    }

    pub async fn define(&mut self, sku: &str, parts: &[Line<'_>]) -> Result<wire::Kit, Status> {
        let request = self.definition(sku, parts);
        let answer = self.client.kits.define_kit(request).await?;
        Ok(answer.into_inner().kit.unwrap())
    }

    /// On hand of each in [`OUTLET`].
    pub async fn all_on_hand<const N: usize>(&self, skus: [&str; N]) -> [i64; N] {
        let mut on_hand = [0; N];
        for (place, sku) in skus.into_iter().enumerate() {
            on_hand[place] = self.on_hand(sku).await;
        }
        on_hand
    }

    /// What shops may sell of a SKU in an outlet, and the level's version.
    async fn available(&mut self, sku: &str, outlet: Uuid) -> (i64, i64) {
        let request = wire::ListLevelsRequest {
            retailer_id: RETAILER.to_string(),
            outlet_id: outlet.to_string(),
            sku: sku.to_owned(),
            ..Default::default()
        };
        let answer = self.client.stock.list_levels(request).await.unwrap();
        let level = answer.into_inner().levels.pop().unwrap();
        let available = level.available.unwrap().value;
        (available.parse().unwrap(), level.version)
    }
}

#[tokio::test]
async fn pos_05_a_kit_moves_its_parts_and_not_itself() {
    let mut room = Stockroom::with(&["KIT", "A", "B"]).await;
    let kit = room.define("KIT", &[("A", 2), ("B", 1)]).await.unwrap();
    let parts: Vec<_> = kit.parts.iter().map(|part| part.sku.as_str()).collect();
    assert_eq!((kit.number, parts), (1, vec!["A", "B"]));
    room.receive(&[("A", 10), ("B", 10)]).await.unwrap();
    let order = || an_order(1).line("KIT", 3).line("A", 1);
    room.ledger.apply_one(&order().build()).await;
    assert_eq!(room.all_on_hand(["KIT", "A", "B"]).await, [0, 3, 7]);
    // One of them is paid back and goes back to stock.
    room.ledger
        .apply_one(&order().restocked(0, 1).at(1).build())
        .await;
    assert_eq!(room.all_on_hand(["KIT", "A", "B"]).await, [0, 5, 8]);
    let voided = order().state(SaleState::Voided).at(2);
    room.ledger.apply_one(&voided.build()).await;
    assert_eq!(room.all_on_hand(["KIT", "A", "B"]).await, [0, 10, 10]);
    room.ledger.apply_one(&order().at(3).build()).await;
    assert_eq!(room.all_on_hand(["KIT", "A", "B"]).await, [0, 3, 7]);
    // A repeat moves nothing.
    let again = room.ledger.apply_one(&order().at(3).build()).await;
    assert_eq!(again, Outcome::AlreadyRecorded);
    assert_eq!(room.all_on_hand(["KIT", "A", "B"]).await, [0, 3, 7]);
    room.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_05_what_a_kit_was_made_of_when_it_was_sold_holds_for_that_sale() {
    let mut room = Stockroom::with(&["KIT", "A", "B"]).await;
    let sold_before = |units| an_order(1).line("KIT", units);
    room.ledger.apply_one(&sold_before(2).build()).await;
    room.define("KIT", &[("A", 2)]).await.unwrap();
    let sold_then = |units| an_order(2).line("KIT", units);
    room.ledger.apply_one(&sold_then(2).build()).await;
    room.define("KIT", &[("B", 3)]).await.unwrap();
    let sold_later = |units| an_order(3).line("KIT", units);
    room.ledger.apply_one(&sold_later(2).build()).await;
    assert_eq!(room.all_on_hand(["KIT", "A", "B"]).await, [-2, -4, -6]);
    // No kit any more, for whoever buys it from now on.
    room.define("KIT", &[]).await.unwrap();
    room.ledger
        .apply_one(&an_order(4).line("KIT", 1).build())
        .await;
    assert_eq!(room.all_on_hand(["KIT", "A", "B"]).await, [-3, -4, -6]);
    let edited = [sold_before(1), sold_then(1), sold_later(1)];
    room.ledger
        .apply(&edited.map(|order| order.at(1).build()))
        .await;
    assert_eq!(room.all_on_hand(["KIT", "A", "B"]).await, [-2, -2, -3]);
    let gone = [sold_before(1), sold_then(1), sold_later(1)];
    let void = |order: crate::order::Builder| order.state(SaleState::Voided).at(2).build();
    room.ledger.apply(&gone.map(void)).await;
    assert_eq!(room.all_on_hand(["KIT", "A", "B"]).await, [-1, 0, 0]);
    room.ledger.assert_sound().await;
}

#[tokio::test]
async fn r_04_of_a_kit_as_many_are_available_as_its_parts_allow() {
    let mut room = Stockroom::with(&["KIT", "A", "B"]).await;
    room.receive(&[("A", 7), ("B", 9)]).await.unwrap();
    room.receive_in(OTHER_OUTLET, &[("A", 4)]).await.unwrap();
    room.define("KIT", &[("A", 2), ("B", 1)]).await.unwrap();
    let (first, mut version) = room.available("KIT", OUTLET).await;
    assert_eq!(first, 3);
    assert_eq!(room.available("KIT", OTHER_OUTLET).await.0, 0);
    let outbox = Outbox::new(store::write_pool(&app(&room.ledger.database)));
    let kit = room
        .ledger
        .sql("select item_id from ledger.item where sku = 'KIT'");
    for (what, expected) in [
        ("sold", 2),
        ("kept back", 1),
        ("made of less", 4),
        ("kept back itself", 3),
    ] {
        let told = outbox.levels(Place::default(), 500).await.unwrap();
        let said: Vec<_> = told
            .iter()
            .map(|told| ledger::store::Said {
                kind: ledger::store::Kind::Stock,
                place: told.place,
                mark: told.mark,
            })
            .collect();
        outbox.done(&said).await.unwrap();
        match what {
            "sold" => {
                let order = an_order(1).line("A", 2).build();
                room.ledger.apply_one(&order).await;
            }
            "kept back" => {
                room.set_safety(&[("A", 2)]).await.unwrap();
            }
            "made of less" => {
                room.define("KIT", &[("B", 2)]).await.unwrap();
            }
            _ => {
                room.set_safety(&[("KIT", 1)]).await.unwrap();
            }
        }
        let (now, newer) = room.available("KIT", OUTLET).await;
        assert_eq!(now, expected, "{what}");
        assert!(newer > version, "{what}: {newer} is told before {version}");
        // The bus says the same.
        let told = outbox.levels(Place::default(), 500).await.unwrap();
        let of_kit = told
            .iter()
            .find(|told| told.place.subject.to_string() == kit && told.place.outlet == OUTLET);
        let of_kit = &of_kit.unwrap().now;
        let available = Quantity::units(expected).unwrap();
        assert_eq!(
            (of_kit.available(), of_kit.version),
            (available, newer),
            "{what}"
        );
        assert!(of_kit.kits.is_some());
        version = newer;
    }
}

#[tokio::test]
async fn r_03_a_movement_says_of_which_kit_it_is_a_part() {
    let mut room = Stockroom::with(&["KIT", "A", "B"]).await;
    room.define("KIT", &[("A", 2)]).await.unwrap();
    room.ledger
        .apply_one(&an_order(7).line("KIT", 3).line("A", 1).build())
        .await;
    let movements = room.explain("A").await.movements;
    let told: Vec<_> = movements[..2]
        .iter()
        .map(|movement| {
            let quantity = movement.quantity.as_ref().unwrap().value.as_str();
            let kit = movement.kit.as_ref();
            let kit = kit.map(|kit| {
                let kits = kit.quantity.as_ref().unwrap().value.as_str();
                (kit.sku.as_str(), kits)
            });
            (movement.line_key.as_str(), quantity, kit)
        })
        .collect();
    assert!(
        told.contains(&("line:1", "-6", Some(("KIT", "-3")))),
        "{told:?}"
    );
    assert!(told.contains(&("line:2", "-1", None)), "{told:?}");
    // And so does the order's receipt.
    let request = wire::GetReceiptRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: crate::support::CONNECTION.to_string(),
        order_id: "7".to_owned(),
    };
    let receipt = room.client.orders.get_receipt(request).await.unwrap();
    let of_kit = |movement: &wire::Movement| movement.kit.is_some();
    let receipt = receipt.into_inner();
    assert_eq!(
        receipt
            .movements
            .iter()
            .filter(|moved| of_kit(moved))
            .count(),
        1
    );
}

#[tokio::test]
async fn r_02_an_import_of_kits_is_taken_back_part_by_part() {
    let mut room = Stockroom::with(&["KIT", "A", "B"]).await;
    room.define("KIT", &[("A", 2), ("B", 1)]).await.unwrap();
    room.ledger.begin(IMPORT).await;
    room.ledger.apply_one(&past(2).line("KIT", 3).build()).await;
    assert_eq!(room.all_on_hand(["KIT", "A", "B"]).await, [0, -6, -3]);
    room.define("KIT", &[("B", 5)]).await.unwrap();
    room.ledger.complete(IMPORT).await;
    let counts = room.ledger.undo(IMPORT).await.counts;
    assert_eq!((counts.undone, counts.kept), (1, 0));
    assert_eq!(room.all_on_hand(["KIT", "A", "B"]).await, [0, 0, 0]);
    room.ledger.assert_sound().await;
}

#[tokio::test]
async fn r_04_what_is_missing_falls_on_the_orders_of_kits_too() {
    let mut room = Stockroom::with(&["KIT", "A"]).await;
    room.define("KIT", &[("A", 2)]).await.unwrap();
    room.receive(&[("A", 1)]).await.unwrap();
    room.ledger
        .apply_one(&an_order(5).line("KIT", 2).build())
        .await;
    let oversold = room.oversold().await;
    let [level] = &oversold[..] else {
        panic!("A alone is missing: {oversold:?}");
    };
    let order = &level.orders[0];
    let left = order.to_hand_over.as_ref().unwrap();
    let missing = order.missing.as_ref().unwrap();
    assert_eq!(
        (
            order.order_id.as_str(),
            left.value.as_str(),
            missing.value.as_str()
        ),
        ("5", "4", "3")
    );
}

#[tokio::test]
async fn r_04_what_orders_of_kits_hold_is_of_their_parts() {
    let mut room = Stockroom::with(&["KIT", "A", "B"]).await;
    room.define("KIT", &[("A", 2), ("B", 1)]).await.unwrap();
    let asking = || {
        an_order(1)
            .of(RETAILER, ASKING_CONNECTION)
            .line("KIT", 3)
            .line("A", 1)
    };
    room.ledger.apply_one(&asking().build()).await;
    assert!(open(&mut room.client).await.is_empty(), "all is taken");
    // Sold, it stays what it was made of; what is new is made as it is now.
    room.define("KIT", &[("B", 5)]).await.unwrap();
    let more = an_order(1)
        .of(RETAILER, ASKING_CONNECTION)
        .at(1)
        .line("KIT", 5)
        .line("A", 1);
    assert_eq!(room.ledger.apply_one(&more.build()).await, Outcome::Held);
    let parked = an_order(2).line("KIT", 1).total(1);
    room.ledger.apply_one(&parked.build()).await;
    let units = |parked: &str, held: &str| ("0".to_owned(), parked.to_owned(), held.to_owned());
    assert_eq!(
        open(&mut room.client).await,
        [
            ("A".to_owned(), units("0", "4")),
            ("B".to_owned(), units("5", "2"))
        ]
        .into()
    );
}

#[tokio::test]
async fn kits_are_not_parts_of_kits_and_each_part_is_there_once() {
    let mut room = Stockroom::with(&["KIT", "A", "B", "C"]).await;
    room.define("KIT", &[("A", 1)]).await.unwrap();
    for (sku, parts, why) in [
        ("B", &[("KIT", 1)][..], "part_is_kit"),
        ("A", &[("B", 1)], "is_part"),
        ("C", &[], "no_kit"),
    ] {
        let refused = room.define(sku, parts).await.unwrap_err();
        assert_eq!(violation(&refused), why, "{sku}");
    }
    for (sku, parts, code) in [
        ("C", &[("C", 1)][..], Code::InvalidArgument),
        ("C", &[("A", 1), ("A", 2)], Code::InvalidArgument),
        ("C", &[("A", 0)], Code::InvalidArgument),
        ("C", &[("A", 1_000_001)], Code::InvalidArgument),
        ("C", &[("NONE", 1)], Code::NotFound),
        ("NONE", &[("A", 1)], Code::NotFound),
    ] {
        let refused = room.define(sku, parts).await.unwrap_err();
        assert_eq!(refused.code(), code, "{sku} of {parts:?}");
    }
    let foreign = wire::DefineKitRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        ..room.definition("C", &[("A", 1)])
    };
    let refused = room.client.kits.define_kit(foreign).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    // A kit that is none any more can be a part.
    room.define("KIT", &[]).await.unwrap();
    room.define("B", &[("KIT", 1)]).await.unwrap();
}

#[tokio::test]
async fn kits_are_listed_by_sku_and_kept_as_they_were_said() {
    let mut room = Stockroom::with(&["K2", "K1", "A"]).await;
    let asked = room.definition("K1", &[("A", 2)]);
    let first = room.client.kits.define_kit(asked.clone()).await.unwrap();
    let again = room.client.kits.define_kit(asked).await.unwrap();
    assert_eq!(again.into_inner(), first.into_inner());
    room.define("K2", &[("A", 1)]).await.unwrap();
    let mut question = wire::ListKitsRequest {
        retailer_id: RETAILER.to_string(),
        page_size: 1,
        page_token: String::new(),
    };
    let mut listed = Vec::new();
    loop {
        let answer = room.client.kits.list_kits(question.clone()).await.unwrap();
        let wire::ListKitsResponse {
            kits,
            next_page_token,
        } = answer.into_inner();
        listed.extend(kits.into_iter().map(|kit| kit.sku));
        if next_page_token.is_empty() {
            break;
        }
        question.page_token = next_page_token;
    }
    assert_eq!(listed, ["K1", "K2"]);
    room.define("K1", &[]).await.unwrap();
    let get = wire::GetKitRequest {
        retailer_id: RETAILER.to_string(),
        item: Some(get_kit_request::Item::Sku("K1".to_owned())),
    };
    let kit = room.client.kits.get_kit(get).await.unwrap().into_inner();
    let kit = kit.kit.unwrap();
    assert_eq!((kit.number, kit.parts.len()), (2, 0));
    let versions = "select count(*) from ledger.kit_part";
    assert_eq!(room.ledger.sql(versions), "2", "what was said stays");
}

#[tokio::test]
async fn ef_11_the_parts_of_a_kit_go_at_its_invoice() {
    let mut office = Office::with(StockRule::AtInvoice).await;
    let known = an_order(1).line("KIT", 1).line("A", 1);
    let known = known.state(SaleState::Voided);
    office.ledger.apply_one(&known.build()).await;
    let lines = [("line:1", 2)];
    let document = office.document(1, wire::InvoiceKind::Invoice, &lines).await;
    let kit = wire::DefineKitRequest {
        retailer_id: RETAILER.to_string(),
        item: Some(define_kit_request::Item::Sku("KIT".to_owned())),
        parts: crate::stockroom::lines(&[("A", 2)]),
        act: Some(office.act()),
    };
    office.client.kits.define_kit(kit).await.unwrap();
    let sold = an_order(2).line("KIT", 3);
    office.ledger.apply_one(&sold.build()).await;
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, None);
    let awaiting = |units| [("A".to_owned(), (units, 0, 1))].into();
    assert_eq!(office.open().await, awaiting(6));
    let sale = "select sale_id from ledger.sale where shop_order_id = '2'";
    let document = wire::RecordInvoiceRequest {
        sale_id: office.ledger.sql(sale),
        ..document
    };
    office
        .client
        .invoices
        .record_invoice(document)
        .await
        .unwrap();
    assert_eq!(office.ledger.on_hand("A", OUTLET).await, Some(-4));
    assert_eq!(office.ledger.on_hand("KIT", OUTLET).await, Some(0));
    assert_eq!(office.open().await, awaiting(2));
    office.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_05_a_till_sells_kits_and_takes_them_back_as_they_were_made() {
    let mut till = Till::with(&["KIT", "A", "B"]).await;
    till.open(REGISTER, 0).await.unwrap();
    let kit = |act, parts: &[Line<'_>]| wire::DefineKitRequest {
        retailer_id: RETAILER.to_string(),
        item: Some(define_kit_request::Item::Sku("KIT".to_owned())),
        parts: lines(parts),
        act: Some(act),
    };
    let of_a = kit(till.act(), &[("A", 2)]);
    till.client.kits.define_kit(of_a).await.unwrap();
    let selling = till.selling().line("KIT", 3, 1_000).rest("cash");
    let sold = till.record(selling).await.unwrap();
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(-6));
    let of_b = kit(till.act(), &[("B", 5)]);
    till.client.kits.define_kit(of_b).await.unwrap();
    let back = till.selling().back(&sold, "line:1", 1).rest("cash");
    till.record(back).await.unwrap();
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(-4));
    let selling = till.selling().line("KIT", 1, 1_000).rest("cash");
    till.record(selling).await.unwrap();
    assert_eq!(till.ledger.on_hand("B", OUTLET).await, Some(-5));
    assert_eq!(till.ledger.on_hand("KIT", OUTLET).await, Some(0));
    till.ledger.assert_sound().await;
}
