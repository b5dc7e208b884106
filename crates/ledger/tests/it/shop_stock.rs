//! What a shop may sell, and what it took from its own figure.

use ledger::decide::Outcome;
use retail::SaleState;
use tonic::Code;

use crate::catalogue_desk::{Desk, item};
use crate::held::violation;
use crate::imports::{IMPORT, past};
use crate::order::an_order;
use crate::support::{ASKING_CONNECTION, CONNECTION, OTHER_CONNECTION, RETAILER};

#[tokio::test]
async fn r_04_a_shops_own_orders_are_taken_and_no_others() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A")]).await.unwrap();
    let fresh = desk.pushable(CONNECTION, item(1), "").await;
    assert_eq!((fresh.available, fresh.open, fresh.taken), (0, 0, None));
    let sold = |id, units| an_order(id).line("A", units);
    let elsewhere = sold(2, 4).of(RETAILER, ASKING_CONNECTION);
    desk.ledger
        .apply(&[sold(1, 3).build(), elsewhere.build()])
        .await;
    let told = desk.pushable(CONNECTION, item(1), &fresh.mark).await;
    assert_eq!((told.available, told.open, told.taken), (-7, 0, Some(3)));
    // A new mark begins anew, and an old one still tells.
    let since = desk.pushable(CONNECTION, item(1), &told.mark).await;
    assert_eq!(since.taken, Some(0));
    let back = sold(1, 3).restocked(0, 2).at(1).build();
    desk.ledger.apply_one(&back).await;
    let since = desk.pushable(CONNECTION, item(1), &told.mark).await;
    assert_eq!((since.available, since.taken), (-5, Some(-2)));
    let first = desk.pushable(CONNECTION, item(1), &fresh.mark).await;
    assert_eq!(first.taken, Some(1));
    desk.ledger.assert_sound().await;
}

#[tokio::test]
async fn r_04_what_waits_is_open_and_taken_once() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A")]).await.unwrap();
    let fresh = desk.pushable(CONNECTION, item(1), "").await;
    let draft = an_order(1).line("A", 2).state(SaleState::NotImported);
    assert_eq!(
        desk.ledger.apply_one(&draft.build()).await,
        Outcome::NotImported
    );
    let waits = desk.pushable(CONNECTION, item(1), &fresh.mark).await;
    assert_eq!((waits.available, waits.open, waits.taken), (0, 2, Some(2)));
    // Another shop of the outlet is told the same, and took none of it.
    let other = desk.pushable(ASKING_CONNECTION, item(1), "").await;
    let other = desk.pushable(ASKING_CONNECTION, item(1), &other.mark).await;
    assert_eq!((other.open, other.taken), (2, Some(0)));
    // One of another outlet is told of its own.
    let far = desk.pushable(OTHER_CONNECTION, item(1), "").await;
    assert_eq!((far.available, far.open), (0, 0));

    let booked = an_order(1).line("A", 2).at(1).build();
    assert_eq!(desk.ledger.apply_one(&booked).await, Outcome::Recorded);
    for mark in [&fresh.mark, &waits.mark] {
        let told = desk.pushable(CONNECTION, item(1), mark).await;
        let taken = if *mark == fresh.mark { 2 } else { 0 };
        assert_eq!(
            (told.available, told.open, told.taken),
            (-2, 0, Some(taken))
        );
    }
}

#[tokio::test]
async fn r_02_an_imported_past_order_took_nothing_since_the_mark() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A"), (2, "GONE")]).await.unwrap();
    desk.delete(&[2]).await.unwrap();
    let fresh = desk.pushable(CONNECTION, item(1), "").await;
    desk.ledger.begin(IMPORT).await;
    let future = 4_000_000_000;
    let placed_since = past(2).line("A", 1).placed(future);
    let parked = past(3).line("A", 4).line("GONE", 1);
    let imported = [
        past(1).line("A", 3).build(),
        placed_since.build(),
        parked.build(),
    ];
    desk.ledger.apply(&imported).await;
    let told = desk.pushable(CONNECTION, item(1), &fresh.mark).await;
    assert_eq!((told.available, told.open, told.taken), (-4, 4, Some(1)));
    // What the shop does with them from now on is its doing.
    let edited = an_order(1).line("A", 5).at(1).build();
    desk.ledger.apply_one(&edited).await;
    for (mark, taken) in [(&fresh.mark, 3), (&told.mark, 2)] {
        let told = desk.pushable(CONNECTION, item(1), mark).await;
        assert_eq!((told.available, told.taken), (-6, Some(taken)));
    }
    // That a deletion is taken back takes nothing from the shop.
    desk.restore(&[2]).await.unwrap();
    for (mark, taken) in [(&fresh.mark, 3), (&told.mark, 2)] {
        let told = desk.pushable(CONNECTION, item(1), mark).await;
        assert_eq!(
            (told.available, told.open, told.taken),
            (-10, 0, Some(taken))
        );
    }
    // Neither does taking the import back: what moved since stays.
    desk.ledger.complete(IMPORT).await;
    desk.ledger.undo(IMPORT).await;
    let undone = desk.pushable(CONNECTION, item(1), &told.mark).await;
    assert_eq!(undone.taken, Some(2));
    desk.ledger.assert_sound().await;
}

#[tokio::test]
async fn r_04_questions_that_cannot_be_answered_are_refused() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A"), (2, "B")]).await.unwrap();
    let unknown = desk.ask(CONNECTION, &[(item(99), "")]).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let foreign = crate::support::FOREIGN_CONNECTION;
    let unknown = desk.ask(foreign, &[(item(1), "")]).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let mark = desk.pushable(CONNECTION, item(1), "").await.mark;
    for (of, item) in [(CONNECTION, item(2)), (OTHER_CONNECTION, item(1))] {
        let wrong = desk.ask(of, &[(item, &mark)]).await.unwrap_err();
        assert_eq!(wrong.code(), Code::InvalidArgument);
    }
    for wrong in [vec![], vec![(item(1), ""), (item(1), "")]] {
        let wrong = desk.ask(CONNECTION, &wrong).await.unwrap_err();
        assert_eq!(wrong.code(), Code::InvalidArgument);
    }
    desk.ledger
        .sql("update ledger.connection set stock_rule = 'never'");
    let refused = desk.ask(CONNECTION, &[(item(1), "")]).await.unwrap_err();
    assert_eq!(violation(&refused), "stock_in_shop");
}
