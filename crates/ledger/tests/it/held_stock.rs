//! What orders hold changes what shops may sell, and moves nothing.

use retail::SaleState;

use crate::client::Client;
use crate::order::an_order;
use crate::support::Ledger;
use crate::waiting::dismiss;

/// Shops are told less or more for it, and nothing has moved.
#[tokio::test]
async fn r_04_what_orders_hold_and_let_go_of_is_told_to_whoever_tells_shops() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    // Of A there is a level; of C nobody has ever counted any, so there is nothing to tell.
    ledger.apply_one(&an_order(9).line("A", 1).build()).await;
    let told = || {
        ledger.sql(
            "with gone as (delete from ledger.outbox where kind = 'stock' returning subject_id)
            select coalesce(string_agg(i.sku, ',' order by i.sku), '')
            from gone join ledger.item i on i.item_id = gone.subject_id",
        )
    };
    assert_eq!(told(), "A", "it moved");
    let draft = |units, second| {
        let draft = an_order(1).line("A", units).line("C", 1).at(second);
        draft.state(SaleState::NotImported).build()
    };
    ledger.apply_one(&draft(2, 0)).await;
    assert_eq!(told(), "A", "it is held");
    ledger.apply_one(&draft(2, 0)).await;
    assert_eq!(told(), "", "it is held already");
    ledger.apply_one(&draft(3, 1)).await;
    assert_eq!(told(), "A", "more of it is held");
    let other = an_order(1).line("C", 1).at(2);
    let other = other.state(SaleState::NotImported).build();
    ledger.apply_one(&other).await;
    assert_eq!(told(), "A", "it is let go of");
    ledger
        .apply_one(&an_order(2).line("A", 1).total(1).build())
        .await;
    assert_eq!(told(), "A", "it is parked");
    dismiss(&mut client, "2", 1).await.unwrap();
    assert_eq!(told(), "A", "nobody wants it");
    let cart = an_order(3).line("A", 5).state(SaleState::Unfinished);
    ledger.apply_one(&cart.build()).await;
    assert_eq!(told(), "", "nobody has bought it");
    let open = "select count(*) from ledger.open_line where shop_order_id = '3'";
    assert_eq!(ledger.sql(open), "0");
}
