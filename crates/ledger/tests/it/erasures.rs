//! A person is erased, everywhere and for good, and the books stay as they were.

use jiff::SignedDuration;
use proto::ledger as wire;
use tonic::Code;

use crate::held::violation;
use crate::order::{PLACED_AT, an_order};
use crate::people::{People, bought};
use crate::support::{ASKING_CONNECTION, CONNECTION, OTHER_CONNECTION, OUTLET, RETAILER, id};

const PERSONAL: [&str; 4] = [
    "zoe@example.test",
    "Zoé Tremblay",
    "z@work.test",
    "514122000",
];

/// Zoé bought three times by two addresses; one order of hers is parked, and of another an update waits.
async fn a_person() -> (People, String) {
    let mut people = People::new().await;
    let asking = || bought(3, "zoe@example.test", "Zoé Tremblay").of(RETAILER, ASKING_CONNECTION);
    let orders = [
        bought(1, "zoe@example.test", "Zoé Tremblay").build(),
        bought(2, "Z@work.test", "Zoé Tremblay").build(),
        asking().build(),
        bought(4, "ada@example.test", "Ada").build(),
        parked().build(),
    ];
    people.ledger.apply(&orders).await;
    people
        .ledger
        .apply_one(&asking().line("B", 1).at(1).build())
        .await;
    let (zoe, work) = (
        people.id_of("zoe@example.test").await,
        people.id_of("z@work.test").await,
    );
    people.merge(&work, &zoe).await.unwrap();
    let sale = "select sale_id from ledger.sale where shop_order_id = '1'";
    let picked = wire::TakeStepRequest {
        retailer_id: RETAILER.to_string(),
        sale_id: people.ledger.sql(sale),
        step: wire::FulfilmentStep::Picked.into(),
        act: Some(people.act()),
        ..Default::default()
    };
    people.client.fulfilment.take_step(picked).await.unwrap();
    (people, zoe)
}

/// Its total is not what its lines add up to.
fn parked() -> crate::order::Builder {
    bought(9, "zoe@example.test", "Zoé Tremblay").total(1)
}

fn books(people: &People) -> String {
    people.ledger.sql(
        "select string_agg(row::text, ' ' order by row::text) from (
            select (sale_id, receipt_number, state, balance, total_minor, received_minor, revision)::text as row
                from ledger.sale
            union all select p::text from ledger.payment p
            union all select m::text from ledger.stock_movement m
            union all select l::text from ledger.stock_level l) rows",
    )
}

#[tokio::test]
async fn pos_12_an_erased_person_is_nowhere_in_the_database_and_the_books_stay() {
    let (mut people, zoe) = a_person().await;
    assert_eq!(people.found(&PERSONAL).len(), PERSONAL.len());
    let before = books(&people);
    let erased = people.erase(&zoe).await.unwrap();
    assert_eq!(
        (erased.customer_id.as_str(), erased.order_count),
        (&*zoe, 4)
    );
    assert_eq!(people.found(&PERSONAL), [].into());
    assert_eq!(books(&people), before);
    people.ledger.assert_sound().await;
    assert_eq!(
        people.found(&["ada@example.test"]).len(),
        1,
        "nobody else is"
    );

    let left = people.get(&zoe).await;
    let customer = left.customer.unwrap();
    assert_eq!((customer.name.as_str(), left.sale_count), ("Erased", 3));
    assert!(customer.erased_at.is_some() && customer.email.is_empty());
    // Asked for once more it is so already; a guest is nobody to erase.
    assert_eq!(
        people.erase(&zoe).await.unwrap().erased_at,
        customer.erased_at
    );
    people
        .ledger
        .apply_one(&an_order(7).line("A", 1).build())
        .await;
    let guest = people.buyers().await.last().unwrap().1.clone();
    assert_eq!(
        violation(&people.erase(&guest).await.unwrap_err()),
        "customer_is_guest"
    );
}

#[tokio::test]
async fn pos_12_an_erased_address_stays_with_the_record_it_was_on() {
    let mut people = People::new().await;
    for (order, email) in [(1, "ada@example.test"), (2, "zoe@example.test")] {
        let order = bought(order, email, "Somebody");
        people.ledger.apply_one(&order.build()).await;
    }
    let mut both = Vec::new();
    for (order, email) in [("1", "ada@example.test"), ("2", "zoe@example.test")] {
        both.push((people.id_of(email).await, order, email));
    }
    both.sort();
    // By the address of one, and an order that the other bought, whose record comes before.
    let [(_, order, _), (owner, _, email)] = &both[..] else {
        panic!("two bought");
    };
    let asked = wire::ErasePersonRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        email: (*email).to_owned(),
        order_ids: vec![(*order).to_owned()],
        act: Some(people.act()),
    };
    people.client.erasures.erase_person(asked).await.unwrap();
    people
        .ledger
        .apply_one(&bought(3, email, "Somebody").build())
        .await;
    let buyers = people.buyers().await;
    assert_eq!(buyers[2].0, "3");
    assert_eq!(&buyers[2].1, owner);
}

#[tokio::test]
async fn pos_12_whatever_comes_again_of_an_erased_person_names_nobody() {
    let (mut people, zoe) = a_person().await;
    people.erase(&zoe).await.unwrap();
    // The shop tells of old orders again: changed, by another address, never seen before, parked and held.
    let again = [
        bought(1, "zoe@example.test", "Zoé Tremblay")
            .line("B", 1)
            .at(5)
            .build(),
        bought(2, "zoe.new@example.test", "Zoé Tremblay")
            .line("B", 2)
            .at(5)
            .build(),
        bought(5, "zoe@example.test", "Zoé Tremblay").build(),
        bought(6, "z@work.test", "Zoé Tremblay")
            .of(RETAILER, OTHER_CONNECTION)
            .build(),
        parked().at(9).build(),
        bought(3, "zoe@example.test", "Zoé Tremblay")
            .line("C", 1)
            .at(9)
            .of(RETAILER, ASKING_CONNECTION)
            .build(),
    ];
    people.ledger.apply(&again).await;
    let personal = [&PERSONAL[..], &["zoe.new"]].concat();
    assert_eq!(people.found(&personal), [].into());
    let hers = people
        .buyers()
        .await
        .into_iter()
        .filter(|(_, buyer, _)| *buyer == zoe);
    let hers: Vec<_> = hers.map(|(order, _, _)| order).collect();
    assert_eq!(hers, ["1", "2", "3", "5", "6"]);
    let to_shred = "select count(*) from ledger.erased_order where shredded_at is null";
    assert_eq!(people.ledger.sql(to_shred), "6");
    assert!(people.named("zoe@example.test").await.is_none());
    people.ledger.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_12_an_erasure_in_the_midst_of_writers_leaves_no_name() {
    let (mut people, zoe) = a_person().await;
    let mut writing = tokio::task::JoinSet::new();
    for writer in 0..3_u64 {
        let store = people.ledger.store.clone();
        writing.spawn(async move {
            for id in 0..20 {
                let id = 100 + writer * 100 + id;
                let order = bought(id, "zoe@example.test", "Zoé Tremblay");
                store.apply(&[order.build()]).await.unwrap();
            }
        });
    }
    people.erase(&zoe).await.unwrap();
    writing.join_all().await;
    assert_eq!(people.found(&PERSONAL), [].into());
    assert_eq!(people.get(&zoe).await.sale_count, 63);
    people.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_12_who_comes_back_after_an_erasure_is_a_new_customer() {
    let (mut people, zoe) = a_person().await;
    people.erase(&zoe).await.unwrap();
    let back = bought(10, "zoe@example.test", "Zoé").placed(7_200).build();
    let old = bought(11, "zoe@example.test", "Zoé Tremblay")
        .placed(60)
        .build();
    people.ledger.apply(&[back, old]).await;
    let anew = people.id_of("zoe@example.test").await;
    assert_ne!(anew, zoe);
    let buyers = people.buyers().await;
    let of = |order: &str| {
        buyers
            .iter()
            .find(|buyer| buyer.0 == order)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!((of("10"), of("11")), (anew.clone(), zoe.clone()));

    // Erased a second time, each order belongs to who it was then.
    people.clock.set(PLACED_AT + SignedDuration::from_hours(3));
    people.erase(&anew).await.unwrap();
    let late = [
        bought(12, "zoe@example.test", "Zoé").placed(61).build(),
        bought(13, "zoe@example.test", "Zoé").placed(7_201).build(),
    ];
    people.ledger.apply(&late).await;
    let buyers = people.buyers().await;
    let of = |order: &str| {
        buyers
            .iter()
            .find(|buyer| buyer.0 == order)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!((of("12"), of("13")), (zoe, anew));
    assert_eq!(people.found(&["zoe"]), [].into());
}

#[tokio::test]
async fn pos_12_a_shop_has_people_erased_by_address_and_by_their_orders_known_or_not() {
    let (mut people, zoe) = a_person().await;
    let ask = |people: &mut People, email: &str, orders: &[&str]| wire::ErasePersonRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        email: email.to_owned(),
        order_ids: orders.iter().map(|order| (*order).to_owned()).collect(),
        act: Some(people.act()),
    };
    // By an order alone, with its buyer's other record; a guest's order goes out of the archives, and erases nobody.
    people
        .ledger
        .apply_one(&an_order(7).line("A", 1).build())
        .await;
    let asked = ask(&mut people, "", &["2", "7"]);
    let erased = people
        .client
        .erasures
        .erase_person(asked)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(erased.customer_ids, [zoe]);
    assert_eq!(people.found(&PERSONAL), [].into());

    // Nobody by that address yet: whoever it is, is known when the old order comes.
    let asked = ask(&mut people, "New@example.test", &[]);
    for _ in 0..2 {
        let erased = people
            .client
            .erasures
            .erase_person(asked.clone())
            .await
            .unwrap();
        assert_eq!(erased.into_inner().customer_ids.len(), 1);
    }
    people
        .ledger
        .apply_one(&bought(20, "new@example.test", "Newcomer").build())
        .await;
    assert_eq!(people.found(&["new@example.test", "Newcomer"]), [].into());

    let mut asked = ask(&mut people, "new@example.test", &[]);
    asked.connection_id = id(34).to_string();
    let refused = people
        .client
        .erasures
        .erase_person(asked)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "another retailer's shop");
}

#[tokio::test]
async fn pos_12_a_shop_that_goes_takes_those_who_bought_nowhere_else_with_it() {
    let mut people = People::new().await;
    let there = |order: crate::order::Builder| order.of(RETAILER, OTHER_CONNECTION);
    let orders = [
        bought(1, "zoe@example.test", "Zoé Tremblay").build(),
        bought(2, "ada@example.test", "Ada").build(),
        there(bought(3, "ada@example.test", "Ada")).build(),
        parked().build(),
    ];
    people.ledger.apply(&orders).await;
    let request = wire::EraseShopRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
    };
    let erased = people
        .client
        .erasures
        .erase_shop(request.clone())
        .await
        .unwrap();
    let erased = erased.into_inner();
    assert_eq!((erased.erased_count, erased.is_done), (1, true));
    assert_eq!(
        people.found(&["zoe@example.test", "Zoé Tremblay"]),
        [].into()
    );
    assert!(people.named("ada@example.test").await.is_some());
    let again = people.client.erasures.erase_shop(request).await.unwrap();
    assert_eq!(again.into_inner().erased_count, 0);
    assert_eq!(people.ledger.on_hand("A", OUTLET).await, Some(-2));
    people.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_12_an_erasure_forgets_whom_it_was_about_once_every_archive_is_searched() {
    let (mut people, zoe) = a_person().await;
    people.erase(&zoe).await.unwrap();
    let ask = || wire::ListShreddingRequest {
        platform: "woocommerce".to_owned(),
    };
    let work = people
        .client
        .erasures
        .list_shredding(ask())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(work.orders.len(), 4);
    let [person] = &work.people[..] else {
        panic!("one person: {work:?}");
    };
    let mut emails = person.emails.clone();
    emails.sort();
    assert_eq!(emails, ["z@work.test", "zoe@example.test"]);
    let report = wire::ReportShreddingRequest {
        platform: "woocommerce".to_owned(),
        orders: work.orders,
        searches: vec![wire::ArchiveSearch {
            erasure_id: person.erasure_id.clone(),
            delivery_count: 7,
        }],
    };
    for _ in 0..2 {
        people
            .client
            .erasures
            .report_shredding(report.clone())
            .await
            .unwrap();
    }
    let work = people
        .client
        .erasures
        .list_shredding(ask())
        .await
        .unwrap()
        .into_inner();
    assert!(work.orders.is_empty() && work.people.is_empty());
    let open = "select count(*) from ledger.erasure where sealed_emails is not null";
    assert_eq!(people.ledger.sql(open), "0");

    // A delivery of one of these orders comes again: the archive is told again.
    let again = bought(1, "zoe@example.test", "Zoé Tremblay")
        .at(30)
        .line("B", 1);
    people.ledger.apply_one(&again.build()).await;
    let work = people
        .client
        .erasures
        .list_shredding(ask())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(work.orders.len(), 1);
}
