//! Imports of past orders: previewed, begun, brought in.

use std::collections::BTreeMap;

use ledger::decide::{Imported, Incoming, Outcome};
use ledger::store::{
    ImportError, ImportState, ImportView, Preview, PreviewedLevel, PreviewedOrder, Undo,
};
use retail::{ConnectionId, ImportId, ItemRef, LineKind, Quantity, RetailerId, SaleState};
use uuid::Uuid;

use crate::order::{Builder, a_refusal, an_order};
use crate::support::{
    CONNECTION, FOREIGN_CONNECTION, Ledger, OTHER_CONNECTION, OTHER_RETAILER, OUTLET, RETAILER, id,
};

pub const IMPORT: ImportId = ImportId::new(id(901));
pub const SECOND: ImportId = ImportId::new(id(902));
/// More often no test takes an import back.
const UNDO_CALLS_LIMIT: usize = 1_000;

impl Ledger {
    pub async fn begin(&self, import: ImportId) -> ImportView {
        self.store
            .begin_import(RETAILER, CONNECTION, import)
            .await
            .unwrap()
    }

    pub async fn complete(&self, import: ImportId) -> ImportView {
        self.store.complete_import(RETAILER, import).await.unwrap()
    }

    /// Takes an import back, to the end.
    pub async fn undo(&self, import: ImportId) -> ImportView {
        for _ in 0..UNDO_CALLS_LIMIT {
            let undone = self.store.undo_import(RETAILER, import).await.unwrap();
            if undone.remaining == 0 {
                assert_eq!(undone.import.state, ImportState::Undone);
                return undone.import;
            }
        }
        panic!("never undone");
    }

    /// Thousandths on hand of everything that is not at zero, by SKU and outlet.
    pub async fn stock(&self) -> BTreeMap<(String, Uuid), i64> {
        let levels = self.levels().await.into_iter();
        levels
            .map(|level| ((level.sku, level.outlet), level.on_hand.milli()))
            .filter(|(_, on_hand)| *on_hand != 0)
            .collect()
    }

    pub async fn view(&self, import: ImportId) -> ImportView {
        let found = self.reader.import(RETAILER, import.uuid()).await;
        found.unwrap().unwrap()
    }

    pub async fn undo_of(&self, import: ImportId, order: &str) -> Option<Undo> {
        self.reader
            .list_import_orders(RETAILER, import.uuid(), false, None, 500)
            .await
            .unwrap()
            .into_iter()
            .find(|row| row.order == order)
            .unwrap()
            .undo
    }

    /// How many rows each table has, and a print of all of them.
    pub fn tables(&self) -> String {
        self.sql(
            "select string_agg(relname || ' ' || (xpath('/row/c/text()', query_to_xml(
                format('select count(*)::text || md5(coalesce(string_agg(t::text, '''' order by t::text), '''')) as c
                    from ledger.%I t', relname), false, true, '')))[1]::text, e'\n' order by relname)
            from pg_class where relnamespace = 'ledger'::regnamespace and relkind = 'r'",
        )
    }
}

pub fn past(id: u64) -> Builder {
    an_order(id).import(IMPORT)
}

pub fn sku(text: &str) -> (String, Uuid) {
    (text.to_owned(), OUTLET)
}

#[tokio::test]
async fn r_2_a_preview_says_what_then_happens_and_writes_nothing() {
    let ledger = Ledger::new().await;
    ledger
        .apply(&[
            an_order(1).line("A", 2).build(),
            an_order(2).line("GONE", 1).build(),
        ])
        .await;
    ledger.sql("update ledger.item set deleted_at = now() where sku = 'GONE'");
    let voided = past(15)
        .line("A", 50)
        .state(SaleState::Voided)
        .customer("z@example.com", "Zoé");
    let incoming = [
        past(10).line("A", 3).line("NEW", 1).build(),
        past(11).line("NEW", 4).paid(4000).build(),
        past(12)
            .product(ItemRef::default(), "Only a name", 2)
            .service("shipping", LineKind::Shipping, 500)
            .build(),
        past(1).line("A", 2).build(),
        past(13).line("GONE", 1).build(),
        past(14).line("A", 9).state(SaleState::NotImported).build(),
        voided.build(),
        past(16).line("A", 1).total(1).build(),
        past(2).at(60).line("GONE", 3).build(),
    ];
    let before = ledger.tables();
    let Preview { orders, levels } = ledger.store.preview(&incoming).await.unwrap();
    assert_eq!(ledger.tables(), before, "nothing is written");

    let told: Vec<(&str, Imported, Option<&str>)> = orders
        .iter()
        .map(|order| {
            let PreviewedOrder {
                order,
                imported,
                reason,
            } = order;
            let reason = reason.as_ref().map(|(code, _)| code.as_str());
            (order.as_str(), *imported, reason)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("1", Imported::AlreadyRecorded, None),
            ("10", Imported::Made, None),
            ("11", Imported::Made, None),
            ("12", Imported::Made, None),
            ("13", Imported::Parked, Some("product_deleted")),
            ("14", Imported::NotImported, None),
            ("15", Imported::Made, None),
            ("16", Imported::Parked, Some("totals_mismatch")),
            ("2", Imported::Changed, None),
        ]
    );
    let moved: Vec<(&str, &str, bool, i64, i64)> = levels
        .iter()
        .map(|level| {
            let PreviewedLevel {
                key: _,
                item,
                sku,
                name,
                outlet,
                on_hand,
                on_hand_after,
            } = level;
            assert_eq!(*outlet, OUTLET);
            (
                sku.as_str(),
                name.as_str(),
                item.is_some(),
                on_hand.milli() / Quantity::SCALE,
                on_hand_after.milli() / Quantity::SCALE,
            )
        })
        .collect();
    assert_eq!(
        moved,
        [
            ("", "Only a name", false, 0, -2),
            ("A", "Thing A", true, -2, -5),
            ("GONE", "Thing GONE", true, -1, -3),
            ("NEW", "Thing NEW", false, 0, -5),
        ]
    );

    ledger.begin(IMPORT).await;
    ledger.apply(&incoming).await;
    let counts = ledger.complete(IMPORT).await.counts;
    assert_eq!((counts.made, counts.changed, counts.parked), (4, 1, 2));
    assert_eq!((counts.already_recorded, counts.not_imported), (1, 1));
    let after: BTreeMap<(String, Uuid), i64> = levels
        .into_iter()
        .map(|level| ((level.sku, level.outlet), level.on_hand_after.milli()))
        .collect();
    assert_eq!(ledger.stock().await, after);
    ledger.assert_sound().await;
}

#[tokio::test]
async fn r_2_previews_call_the_same_new_item_the_same() {
    let ledger = Ledger::new().await;
    let mut keys = Vec::new();
    for order in [past(1).line("NEW", 1), past(2).line("NEW", 2)] {
        let preview = ledger.store.preview(&[order.build()]).await.unwrap();
        keys.push(preview.levels[0].key.clone());
    }
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn wc_04_an_import_begins_with_a_snapshot_of_the_levels() {
    let ledger = Ledger::new().await;
    ledger
        .apply(&[an_order(1).line("A", 2).line("B", 1).build()])
        .await;
    assert_eq!(ledger.begin(IMPORT).await.state, ImportState::Running);
    ledger
        .apply(&[past(2).line("A", 3).line("C", 1).build()])
        .await;
    // A repeat takes no new one.
    ledger.begin(IMPORT).await;
    let levels = ledger
        .reader
        .list_import_levels(RETAILER, IMPORT.uuid(), None, 500)
        .await
        .unwrap();
    let levels: Vec<(&str, i64, i64)> = levels
        .iter()
        .map(|level| {
            let (before, now) = (level.on_hand_before, level.on_hand_now);
            (level.sku.as_str(), before.milli(), now.milli())
        })
        .collect();
    assert_eq!(levels, [("A", -2000, -5000), ("B", -1000, -1000)]);
}

#[tokio::test]
async fn wc_03_an_import_deducts_from_the_stock_as_it_is_now() {
    let ledger = Ledger::new().await;
    ledger.apply(&[an_order(1).line("A", 2).build()]).await;
    ledger.begin(IMPORT).await;
    ledger
        .apply(&[past(2).placed(-31_536_000).line("A", 3).build()])
        .await;
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-5));
}

#[tokio::test]
async fn wc_09_a_product_deleted_since_parks_the_order_when_it_is_imported_anew() {
    let ledger = Ledger::new().await;
    ledger.begin(IMPORT).await;
    ledger.apply(&[past(1).line("A", 3).build()]).await;
    ledger.complete(IMPORT).await;
    ledger.undo(IMPORT).await;
    ledger.sql("update ledger.item set deleted_at = now() where sku = 'A'");
    ledger.begin(SECOND).await;
    let again = an_order(1).line("A", 3).import(SECOND).build();
    assert_eq!(ledger.apply_one(&again).await, Outcome::Parked);
    assert!(ledger.stock().await.is_empty());
    // Still taken back.
    let live = an_order(1).line("A", 3).build();
    assert_eq!(ledger.apply_one(&live).await, Outcome::NotImported);
    ledger.assert_sound().await;
}

#[tokio::test]
async fn wc_10_importing_everything_again_moves_nothing_twice() {
    let ledger = Ledger::new().await;
    ledger.begin(IMPORT).await;
    let orders = |import| -> Vec<Incoming> {
        (1..30)
            .map(|order| an_order(order).line("A", 1).import(import).build())
            .collect()
    };
    ledger.apply(&orders(IMPORT)).await;
    ledger.complete(IMPORT).await;
    let stock = ledger.stock().await;
    ledger.begin(SECOND).await;
    ledger.apply(&orders(SECOND)).await;
    let counts = ledger.complete(SECOND).await.counts;
    assert_eq!((counts.made, counts.already_recorded), (0, 29));
    assert_eq!(ledger.stock().await, stock);
    // The second made nothing, so there is nothing to take back; the first still can be.
    assert_eq!(ledger.undo(SECOND).await.counts.undone, 0);
    assert_eq!(ledger.stock().await, stock);
    assert_eq!(ledger.undo(IMPORT).await.counts.undone, 29);
    assert!(ledger.stock().await.is_empty());
}

#[tokio::test]
async fn r_2_a_cancelled_import_leaves_out_what_is_on_its_way() {
    let ledger = Ledger::new().await;
    ledger.begin(IMPORT).await;
    ledger.apply(&[past(1).line("A", 1).build()]).await;
    let cancelled = ledger.store.cancel_import(RETAILER, IMPORT).await.unwrap();
    assert_eq!(cancelled.state, ImportState::Cancelled);
    let late = past(2).line("A", 10).build();
    assert_eq!(ledger.apply_one(&late).await, Outcome::NotImported);
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-1));
    // Left out is not unknown: the shop's own message is taken as ever.
    let live = an_order(2).line("A", 10).build();
    assert_eq!(ledger.apply_one(&live).await, Outcome::Recorded);
    assert_eq!(ledger.undo(IMPORT).await.counts.undone, 1);
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-10));
}

#[tokio::test]
async fn r_2_orders_that_cannot_be_booked_are_counted() {
    let ledger = Ledger::new().await;
    ledger.begin(IMPORT).await;
    let mut refused = a_refusal(Some("7"), 0);
    refused.import = Some(IMPORT);
    ledger.apply(&[refused]).await;
    assert_eq!(ledger.view(IMPORT).await.counts.parked, 1);
    // Booked later by the same import, it counts as that.
    ledger.apply(&[past(7).line("A", 1).build()]).await;
    let counts = ledger.view(IMPORT).await.counts;
    assert_eq!((counts.parked, counts.made), (0, 1));
}

#[tokio::test]
async fn messages_of_unknown_imports_are_laid_aside() {
    let ledger = Ledger::new().await;
    ledger.begin(IMPORT).await;
    let unknown = an_order(1).line("A", 1).import(SECOND).build();
    let foreign = past(2).of(RETAILER, OTHER_CONNECTION).line("A", 1).build();
    let known = past(3).line("A", 1).build();
    assert_eq!(
        ledger.apply(&[unknown, foreign, known]).await,
        [
            Outcome::UnknownImport,
            Outcome::UnknownImport,
            Outcome::Recorded
        ]
    );
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-1));
}

#[tokio::test]
async fn a_connection_has_one_import_at_a_time() {
    let ledger = Ledger::new().await;
    let begin = async |retailer: RetailerId, connection: ConnectionId, import| {
        let begun = ledger.store.begin_import(retailer, connection, import);
        begun.await.map(|view| view.state)
    };
    ledger.begin(IMPORT).await;
    let error = begin(RETAILER, CONNECTION, SECOND).await.unwrap_err();
    assert!(matches!(error, ImportError::Busy), "{error:?}");
    let error = begin(RETAILER, OTHER_CONNECTION, IMPORT).await.unwrap_err();
    assert!(matches!(error, ImportError::Taken), "{error:?}");
    let error = begin(RETAILER, FOREIGN_CONNECTION, SECOND)
        .await
        .unwrap_err();
    assert!(matches!(error, ImportError::UnknownConnection), "{error:?}");
    // Another connection's goes beside it.
    begin(RETAILER, OTHER_CONNECTION, SECOND).await.unwrap();

    let third = ImportId::new(id(903));
    let error = ledger
        .store
        .undo_import(RETAILER, IMPORT)
        .await
        .unwrap_err();
    assert!(
        matches!(error, ImportError::Is(ImportState::Running)),
        "{error:?}"
    );
    ledger.complete(IMPORT).await;
    let error = ledger
        .store
        .cancel_import(RETAILER, IMPORT)
        .await
        .unwrap_err();
    assert!(
        matches!(error, ImportError::Is(ImportState::Complete)),
        "{error:?}"
    );
    let error = ledger
        .store
        .complete_import(OTHER_RETAILER, IMPORT)
        .await
        .unwrap_err();
    assert!(matches!(error, ImportError::Unknown), "{error:?}");
    assert_eq!(
        begin(RETAILER, CONNECTION, third).await.unwrap(),
        ImportState::Running
    );
    // While another one runs, the first is not taken back.
    let error = ledger
        .store
        .undo_import(RETAILER, IMPORT)
        .await
        .unwrap_err();
    assert!(matches!(error, ImportError::Busy), "{error:?}");
    let all = ledger
        .reader
        .list_imports(RETAILER, None, 500)
        .await
        .unwrap();
    assert_eq!(all.len(), 3);
    assert!(all.is_sorted_by(|a, b| a.began_at >= b.began_at));
}
