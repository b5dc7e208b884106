//! The chain over movements and closures, and whoever writes past the ledger.

use std::sync::Arc;

use devstack::testing::Postgres;
use jiff::SignedDuration;
use ledger::chain::{ChainKind, Head, Walk};
use ledger::store::{self, BLOCK_LIMIT, Chain, Chained, Reader};
use service::clock::SystemClock;
use sqlx::Executor as _;

use crate::order::an_order;
use crate::support::{
    FOREIGN_CONNECTION, Ledger, OTHER_RETAILER, REGISTER, RETAILER, admin, app, sql,
};
use crate::till::Till;

fn chain_of(ledger: &Ledger) -> Chain {
    Chain::new(
        store::write_pool(&app(&ledger.database)),
        Arc::new(SystemClock),
    )
}

/// Makes blocks until every row is in one. Transactions of other tests on the same server may hold that up.
async fn lengthen(ledger: &Ledger) {
    let chain = chain_of(ledger);
    let left = "select (select count(*) from ledger.stock_movement) + (select count(*) from ledger.closure)
        - coalesce((select sum(length(entries)) / 48 from ledger.chain_block), 0)";
    while ledger.sql(left) != "0" {
        for kind in ChainKind::ALL {
            chain.lengthen(kind).await.unwrap();
        }
    }
}

/// What is wrong with a retailer's chain, where it ends, and how many rows it speaks of.
async fn walked(
    reader: &Reader,
    retailer: retail::RetailerId,
    known: Option<Head>,
) -> (Vec<String>, Head, usize) {
    let mut walk = Walk::new(retailer.uuid(), known);
    let mut wrong = Vec::new();
    let mut after = 0;
    while let Some(found) = reader.chain_block(retailer.uuid(), after).await.unwrap() {
        after = found.block.position;
        wrong.extend(walk.block(&found.block, found.hash, &found.rows));
    }
    let passed = reader.passed_by(retailer.uuid()).await.unwrap();
    wrong.extend(walk.end(&passed));
    (wrong, walk.head(), walk.rows())
}

async fn wrong(ledger: &Ledger) -> Vec<String> {
    walked(&ledger.reader, RETAILER, None).await.0
}

/// Orders, a payment and two closures, in a chain of several blocks.
async fn a_day() -> Till {
    let mut till = Till::new().await;
    for number in 1..=30 {
        let order = an_order(number).line("A", 2).line("B", 1).build();
        till.ledger.apply_one(&order).await;
        if number % 10 == 0 {
            lengthen(&till.ledger).await;
        }
    }
    for number in [1, 2] {
        till.open(REGISTER, 100).await.unwrap();
        let sale = till.sale_id(&number.to_string()).await;
        till.pay(sale, 500).await.unwrap();
        let counted = [("bank-transfer", 500), ("cash", 100)];
        till.close(REGISTER, &counted).await.unwrap();
        till.clock.advance(SignedDuration::from_mins(1));
        lengthen(&till.ledger).await;
    }
    till
}

#[tokio::test]
async fn r_14_the_chain_holds_over_all_movements_and_closures_of_each_retailer() {
    let till = a_day().await;
    let foreign = an_order(1)
        .of(OTHER_RETAILER, FOREIGN_CONNECTION)
        .line("A", 1)
        .build();
    till.ledger.apply_one(&foreign).await;
    lengthen(&till.ledger).await;
    let reader = &till.ledger.reader;

    let (wrong, head, rows) = walked(reader, RETAILER, None).await;
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(rows, 62);
    assert!(head.position >= 5, "{head:?}");
    let (wrong, other, rows) = walked(reader, OTHER_RETAILER, None).await;
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!((other.position, rows), (1, 1));

    // Nothing new, nothing more.
    lengthen(&till.ledger).await;
    assert_eq!(walked(reader, RETAILER, None).await.1, head);
}

#[tokio::test]
async fn r_14_a_transaction_that_commits_late_is_not_passed_by() {
    let ledger = Ledger::new().await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    lengthen(&ledger).await;
    let mut late = store::write_pool(&admin(&ledger.database))
        .begin()
        .await
        .unwrap();
    late.execute("select pg_current_xact_id()").await.unwrap();
    ledger.apply_one(&an_order(2).line("A", 1).build()).await;
    chain_of(&ledger)
        .lengthen(ChainKind::Movements)
        .await
        .unwrap();
    // The second order's row is higher than one that may still come.
    assert_eq!(walked(&ledger.reader, RETAILER, None).await.2, 1);
    late.execute(
        "insert into ledger.stock_movement (movement_id, item_id, outlet_id, quantity_milli, sale_id, line_key,
            revision, recorded_at)
        select gen_random_uuid(), item_id, outlet_id, 1000, sale_id, 'late', 9, now()
        from ledger.stock_movement limit 1",
    )
    .await
    .unwrap();
    late.commit().await.unwrap();
    lengthen(&ledger).await;
    let (wrong, _, rows) = walked(&ledger.reader, RETAILER, None).await;
    assert_eq!((wrong, rows), (Vec::new(), 3));
}

/// What a superuser may write over what is there.
const EDITS: &[(&str, &str)] = &[
    ("stock_movement", "quantity_milli = quantity_milli - 1000"),
    ("stock_movement", "quantity_milli = -quantity_milli"),
    ("stock_movement", "item_id = gen_random_uuid()"),
    ("stock_movement", "outlet_id = gen_random_uuid()"),
    ("stock_movement", "sale_id = gen_random_uuid()"),
    ("stock_movement", "line_key = line_key || 'x'"),
    ("stock_movement", "revision = revision + 7"),
    (
        "stock_movement",
        "recorded_at = recorded_at - interval '1 microsecond'",
    ),
    ("stock_movement", "movement_id = gen_random_uuid()"),
    ("stock_movement", "recorded_xid = recorded_xid + 1"),
    ("stock_movement", "recorded_xid = 0"),
    ("closure", "closed_at = closed_at + interval '1 day'"),
    ("closure", "closed_by = 'nobody'"),
    ("closure", "note = 'all is well'"),
    ("closure_count", "expected_minor = expected_minor - 1"),
    ("closure_count", "counted_minor = counted_minor - 1"),
    ("closure_count", "payment_type = payment_type || 'x'"),
    ("register_session", "float_minor = float_minor + 1"),
    ("register_session", "opened_by = 'nobody'"),
    (
        "register_session",
        "opened_at = opened_at - interval '1 hour'",
    ),
    ("till_payment", "amount_minor = amount_minor - 1"),
    ("till_payment", "payment_type = 'cash'"),
    ("till_payment", "paid_at = paid_at - interval '1 day'"),
    ("till_payment", "is_outside = not is_outside"),
    ("chain_block", "hash = sha256(hash)"),
    ("chain_block", "previous_hash = sha256(previous_hash)"),
    (
        "chain_block",
        "entries = set_byte(entries, 20, (get_byte(entries, 20) + 1) % 256)",
    ),
    ("chain_block", "through_xid = through_xid + 1"),
    ("chain_block", "position = position + 100"),
    (
        "chain_block",
        "kind = case kind when 'movements' then 'closures' else 'movements' end",
    ),
];
/// Tables that lose a row.
const LOSSES: &[&str] = &[
    "stock_movement",
    "stock_movement",
    "stock_movement",
    "stock_movement",
    "closure_count",
    "closure_count",
    "till_payment",
    "chain_block",
];
/// A movement more, beside another one.
const FORGERY: &str = "insert into ledger.stock_movement (movement_id, item_id, outlet_id, quantity_milli, sale_id,
        line_key, revision, recorded_at, recorded_xid)
    select gen_random_uuid(), item_id, outlet_id, 1000, sale_id, 'forged', 9, recorded_at, recorded_xid
    from ledger.stock_movement order by recorded_xid, movement_id offset $ limit 1 returning movement_id";
const COUNT: usize = 50;

/// What to do, and how what was done it to is named.
struct Edit {
    statement: String,
    name: String,
}

/// Fifty edits on rows all over the tables.
fn edits(ledger: &Ledger) -> Vec<Edit> {
    let row = |table: &str, number: usize| {
        let (key, place) = match table {
            "stock_movement" => ("movement_id", number * 7 % 60),
            "chain_block" => ("position", number % 4),
            _ => ("session_id", number % 2),
        };
        let find = format!("select {key} from ledger.{table} order by 1 offset {place} limit 1");
        let name = ledger.sql(&find);
        let one = format!("ctid = (select min(ctid) from ledger.{table} where {key} = '{name}')");
        (one, name)
    };
    let mut edits = Vec::new();
    for (number, (table, set)) in EDITS.iter().enumerate() {
        let (one, name) = row(table, number);
        let statement = format!("update ledger.{table} set {set} where {one} returning 1");
        edits.push(Edit { statement, name });
    }
    for (number, table) in LOSSES.iter().enumerate() {
        let (one, name) = row(table, number);
        let statement = format!("delete from ledger.{table} where {one} returning 1");
        edits.push(Edit { statement, name });
    }
    for number in edits.len()..COUNT {
        edits.push(Edit {
            statement: FORGERY.replace('$', &number.to_string()),
            name: String::new(),
        });
    }
    edits
}

#[tokio::test]
async fn r_14_fifty_edits_by_a_superuser_are_each_named() {
    let till = a_day().await;
    let edits = edits(&till.ledger);
    assert_eq!(edits.len(), COUNT);
    let original = till.ledger.database.name.clone();
    drop(till);
    let server = Postgres::shared();
    // Nothing can be copied that somebody is connected to.
    let alone = format!(
        "alter database {original} allow_connections false;
        select pg_terminate_backend(pid) from pg_stat_activity where datname = '{original}'"
    );
    sql(&server.database("postgres"), &alone);
    for Edit { statement, name } in edits {
        let database = server.copy_of(&original).unwrap();
        // Constraints stop nobody who can switch them off.
        let script = format!("set session_replication_role = replica; {statement}");
        let changed = sql(&database, &script);
        let changed = changed
            .lines()
            .find(|line| *line != "SET")
            .unwrap_or_default();
        assert!(!changed.is_empty(), "{statement}: changed nothing");
        let name = if name.is_empty() { changed } else { &name };

        let reader = Reader::new(store::own_read_pool(&app(&database)));
        let (wrong, ..) = walked(&reader, RETAILER, None).await;
        let is_named = wrong.iter().any(|wrong| wrong.contains(name));
        assert!(is_named, "{statement}: {name} is not in {wrong:#?}");
    }
}

#[tokio::test]
async fn r_14_what_was_changed_is_named_first_and_with_what_it_says_now() {
    let till = a_day().await;
    let movement = till.ledger.sql(
        "update ledger.stock_movement set quantity_milli = -7000 where movement_id =
            (select movement_id from ledger.stock_movement order by recorded_xid, movement_id offset 33 limit 1)
        returning movement_id",
    );
    let movement = movement.lines().next().unwrap().trim().to_owned();
    let found = wrong(&till.ledger).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with(&format!("movement {movement} of block ")));
    assert!(found[0].contains("-7000"), "{found:#?}");
}

#[tokio::test]
async fn r_14_an_end_cut_off_is_seen_by_who_kept_the_head() {
    let till = a_day().await;
    let (_, head, _) = walked(&till.ledger.reader, RETAILER, None).await;
    till.ledger
        .sql("delete from ledger.chain_block where position >= 4");
    till.ledger.sql(
        "set session_replication_role = replica; update ledger.closure_count set counted_minor = 1",
    );
    lengthen(&till.ledger).await;
    let (wrong, ..) = walked(&till.ledger.reader, RETAILER, None).await;
    assert_eq!(wrong, Vec::<String>::new());
    let (wrong, ..) = walked(&till.ledger.reader, RETAILER, Some(head)).await;
    assert!(!wrong.is_empty());
}

#[tokio::test]
async fn r_14_tables_of_another_server_are_not_chained_on() {
    let ledger = Ledger::new().await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    lengthen(&ledger).await;
    ledger.sql("update ledger.chain_block set through_xid = through_xid + 1000000");
    ledger.apply_one(&an_order(2).line("A", 1).build()).await;
    let chained = chain_of(&ledger).lengthen(ChainKind::Movements).await;
    assert_eq!(chained.unwrap(), Chained::Copied);
}

#[tokio::test]
async fn r_14_two_processes_do_not_chain_at_once() {
    let ledger = Ledger::new().await;
    let mut batch = Vec::new();
    for number in 1..=300 {
        batch.push(an_order(number).line("A", 1).line("B", 1).build());
    }
    ledger.apply(&batch).await;
    const { assert!(BLOCK_LIMIT > 600) };
    let (one, two) = (chain_of(&ledger), chain_of(&ledger));
    let (one, two) = tokio::join!(
        one.lengthen(ChainKind::Movements),
        two.lengthen(ChainKind::Movements)
    );
    one.unwrap();
    two.unwrap();
    lengthen(&ledger).await;
    let (wrong, head, rows) = walked(&ledger.reader, RETAILER, None).await;
    assert_eq!((wrong, head.position, rows), (Vec::new(), 1, 600));
}
