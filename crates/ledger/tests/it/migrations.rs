//! Data from before a migration is what it was.

use std::borrow::Cow;

use devstack::testing::{Database, Postgres};
use ledger::decide::Stage;
use ledger::store::{self, FulfilmentFilter, Reader};
use schema::Declared;
use secrecy::SecretString;
use sqlx::migrate::Migrator;

use crate::support::{
    APP_PASSWORD, OTHER_RETAILER, OUTLET, RETAILER, admin, app, migrate, of_sale, sql,
};

/// The schema as it was when `last` was its newest migration.
async fn migrate_until(database: &Database, last: i64) {
    let now = store::declared();
    let until = now.migrations.iter().filter(|known| known.version <= last);
    let before = Migrator {
        migrations: Cow::Owned(until.cloned().collect()),
        table_name: now.migrations.table_name.clone(),
        locking: false,
        ..Migrator::DEFAULT
    };
    let before = Declared {
        name: now.name,
        migrations: Box::leak(Box::new(before)),
        tables: &[],
    };
    let password = SecretString::from(APP_PASSWORD);
    schema::migrate(&admin(database), &before, Some(&password))
        .await
        .unwrap();
}

/// Two of A were sold, and one came back.
const SOLD_BEFORE: &str = "
    insert into ledger.retailer values ('0195c0de-0000-7000-8000-000000000001', 'Boutique', 'UTC');
    insert into ledger.outlet values ('0195c0de-0000-7000-8000-00000000000b',
        '0195c0de-0000-7000-8000-000000000001', 'Laurier', 'UTC');
    insert into ledger.item (item_id, retailer_id, kind, sku, name, origin, connection_id, created_at)
        values ('00000000-0000-0000-0000-0000000000a0', '0195c0de-0000-7000-8000-000000000001', 'product',
            'A', 'Thing', 'order', '00000000-0000-0000-0000-0000000000c0', now());
    insert into ledger.shop_order (connection_id, shop_order_id, sale_id, revision, version_at, version_hash)
        values ('00000000-0000-0000-0000-0000000000c0', '1', '00000000-0000-0000-0000-0000000000d0', 2, now(),
            '\\x00');
    insert into ledger.order_delivery (connection_id, shop_order_id, delivery_id, topic, received_at, outcome,
            revision)
        values ('00000000-0000-0000-0000-0000000000c0', '1', 'one', 'order.created', now(), 'recorded', 1),
            ('00000000-0000-0000-0000-0000000000c0', '1', 'two', 'order.updated', now(), 'recorded', 2);
    insert into ledger.sale (sale_id, retailer_id, outlet_id, register_id, connection_id, shop_order_id,
            receipt_number, receipt_key, state, balance, currency, total_minor, tax_minor, received_minor,
            refunded_minor, customer_id, shop_status, warning_not_imported, revision, placed_at, recorded_at,
            changed_at, changed_xid)
        values ('00000000-0000-0000-0000-0000000000d0', '0195c0de-0000-7000-8000-000000000001',
            '0195c0de-0000-7000-8000-00000000000b', '00000000-0000-0000-0000-0000000000e0',
            '00000000-0000-0000-0000-0000000000c0', '1', '#1', '1', 'closed', 'unpaid', 'CAD', 2000, 0, 0, 0,
            '00000000-0000-0000-0000-0000000000f0', 'open', false, 2, now(), now(), now(), 1);
    insert into ledger.sale_line (sale_id, line_key, position, item_id, name, quantity_milli, restocked_milli,
            deducted_milli, net_minor, tax_minor, placed_at, is_stand_in)
        values ('00000000-0000-0000-0000-0000000000d0', 'line:1', 0, '00000000-0000-0000-0000-0000000000a0',
            'Thing', 2000, 1000, 1000, 2000, 0, now(), false);";

/// As the ledger of that time wrote them.
const MOVED_BEFORE: &str = "
    insert into ledger.stock_movement (movement_id, item_id, outlet_id, quantity_milli, sale_id, line_key,
            revision, recorded_at)
        values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000a0',
            '0195c0de-0000-7000-8000-00000000000b', -2000, '00000000-0000-0000-0000-0000000000d0', 'line:1', 1,
            now());
    insert into ledger.stock_level (item_id, outlet_id, on_hand_milli, version, changed_at)
        values ('00000000-0000-0000-0000-0000000000a0', '0195c0de-0000-7000-8000-00000000000b', -2000, 1, now());";

/// And as it still writes them while the schema is new already.
const MOVES_YET: &str = "
    insert into ledger.stock_movement (movement_id, item_id, outlet_id, quantity_milli, sale_id, line_key,
            revision, recorded_at)
        values ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-0000000000a0',
            '0195c0de-0000-7000-8000-00000000000b', 1000, '00000000-0000-0000-0000-0000000000d0', 'line:1', 2,
            now());
    update ledger.stock_level set on_hand_milli = on_hand_milli + 1000, version = 2;";

#[tokio::test]
async fn r_03_what_moved_before_stock_work_was_known_is_of_its_sale() {
    let database = Postgres::shared().fresh_database().unwrap();
    migrate_until(&database, 12).await;
    sql(&database, SOLD_BEFORE);
    sql(&database, MOVED_BEFORE);
    migrate(&database).await;
    sql(&database, MOVES_YET);
    let reader = Reader::new(store::own_read_pool(&app(&database)));
    let told = reader.explain_level(RETAILER, "A", OUTLET, 10).await;
    let told = told.unwrap().unwrap();
    let moved: Vec<(i64, i32, &str)> = told
        .movements
        .iter()
        .map(|movement| {
            let cause = of_sale(movement);
            let delivery = cause.delivery.as_ref().unwrap();
            let units = movement.quantity.milli() / 1_000;
            (units, cause.revision, delivery.id.as_str())
        })
        .collect();
    assert_eq!(moved, [(1, 2, "two"), (-2, 1, "one")]);
    assert_eq!(told.level.safety, retail::Quantity::ZERO);
    for check in reader.verify(None).await.unwrap() {
        assert!(check.failures.is_empty(), "{check:?}");
    }
}

#[tokio::test]
async fn pos_12_answers_from_before_name_nobody() {
    let database = Postgres::shared().fresh_database().unwrap();
    migrate_until(&database, 23).await;
    sql(&database, SOLD_BEFORE);
    sql(
        &database,
        "insert into ledger.request (retailer_id, request_id, method, digest, answer, actor, note, done_at)
        select '0195c0de-0000-7000-8000-000000000001', gen_random_uuid(), method, decode(repeat('00', 32), 'hex'),
            'name', '', '', now()
        from unnest('{Fulfilment.TakeStep,Fulfilment.UndoStep,Payments.ApplyPayment}'::text[]) method",
    );
    migrate(&database).await;
    let kept = "select method from ledger.request where answer <> ''";
    assert_eq!(sql(&database, kept), "Payments.ApplyPayment");
}

#[tokio::test]
async fn ef_11_what_was_sold_before_invoices_were_known_went_with_its_order() {
    let database = Postgres::shared().fresh_database().unwrap();
    migrate_until(&database, 16).await;
    sql(&database, SOLD_BEFORE);
    sql(&database, MOVED_BEFORE);
    migrate(&database).await;
    sql(&database, MOVES_YET);
    let kept = "select stock_rule, has_invoice, awaiting_milli from ledger.sale
        join ledger.sale_line using (sale_id)";
    assert_eq!(sql(&database, kept), "order|f|0");
    let reader = Reader::new(store::own_read_pool(&app(&database)));
    for check in reader.verify(None).await.unwrap() {
        assert!(check.failures.is_empty(), "{check:?}");
    }
}

#[tokio::test]
async fn pos_02_what_was_sold_before_steps_were_known_is_to_be_picked() {
    let database = Postgres::shared().fresh_database().unwrap();
    migrate_until(&database, 16).await;
    sql(&database, SOLD_BEFORE);
    sql(
        &database,
        "insert into ledger.customer (customer_id, retailer_id, email, name, phone, guest_of, created_at)
            values ('00000000-0000-0000-0000-0000000000f0', '0195c0de-0000-7000-8000-000000000001', '', '', '',
                '00000000-0000-0000-0000-0000000000c0', now());
        update ledger.sale set is_to_fulfil = true",
    );
    migrate(&database).await;
    let reader = Reader::new(store::own_read_pool(&app(&database)));
    let to_pick = FulfilmentFilter {
        stage: Some(Stage::ToPick),
        ..FulfilmentFilter::default()
    };
    let found = reader.list_fulfilment(RETAILER, to_pick, None, 10).await;
    let found = found.unwrap();
    let lines = found.iter().flat_map(|found| &found.sale.lines);
    let figures: Vec<i64> = lines.map(|line| line.progress.to_pick().milli()).collect();
    assert_eq!(figures, [1_000]);
}

#[tokio::test]
async fn pos_10_who_was_there_before_plans_has_everything() {
    let database = Postgres::shared().fresh_database().unwrap();
    migrate_until(&database, 23).await;
    sql(&database, SOLD_BEFORE);
    migrate(&database).await;
    let reader = Reader::new(store::read_pool(&app(&database)));
    // And who came since, and was given none.
    for retailer in [RETAILER, OTHER_RETAILER] {
        let plan = reader.plan(retailer).await.unwrap();
        assert_eq!((plan.number, plan.set_at), (0, None));
        assert_eq!(plan.entitlements, retail::Entitlements::default());
        assert_eq!(plan.entitlements.plan(), retail::Plan::Full);
    }
}
