//! Customers are found, merged and told what is held of them.

use proto::ledger as wire;
use tonic::Code;

use crate::held::violation;
use crate::order::an_order;
use crate::people::{People, bought};
use crate::support::{ASKING_CONNECTION, CONNECTION, RETAILER};

#[tokio::test]
async fn pos_12_customers_are_found_by_address_and_by_part_of_their_name_page_by_page() {
    let mut people = People::new().await;
    for (id, name) in [(1, "Zoé Tremblay"), (2, "Ada"), (3, "Zora")] {
        let order = bought(id, &format!("C{id}@example.test"), name).build();
        people.ledger.apply_one(&order).await;
    }
    assert_eq!(people.named(" c2@EXAMPLE.test").await.unwrap().name, "Ada");
    assert!(people.named("nobody@example.test").await.is_none());

    let mut request = wire::ListCustomersRequest {
        retailer_id: RETAILER.to_string(),
        name: "ZO".to_owned(),
        page_size: 1,
        ..Default::default()
    };
    let mut names = Vec::new();
    loop {
        let page = people
            .client
            .customers
            .list_customers(request.clone())
            .await;
        let page = page.unwrap().into_inner();
        names.extend(page.customers.into_iter().map(|customer| customer.name));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(names, ["Zora", "Zoé Tremblay"]);
    request.email = "no address".to_owned();
    request.page_token = String::new();
    let refused = people.client.customers.list_customers(request).await;
    assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn pos_12_sales_follow_a_merged_record_and_what_comes_later_too() {
    let mut people = People::new().await;
    let orders = [
        bought(1, "zoe@example.test", "Zoé").build(),
        bought(2, "z@work.test", "Z. Tremblay").build(),
        bought(3, "old@example.test", "Zoé T").build(),
    ];
    people.ledger.apply(&orders).await;
    let zoe = people.id_of("zoe@example.test").await;
    let work = people.id_of("z@work.test").await;
    let old = people.id_of("old@example.test").await;
    assert_eq!(people.merge(&old, &work).await.unwrap().sale_count, 1);
    let merged = people.merge(&work, &zoe).await.unwrap();
    assert_eq!((merged.customer_id.as_str(), merged.sale_count), (&*zoe, 2));

    let later = [
        bought(4, "Z@work.test", "Somebody else").placed(1).build(),
        bought(5, "old@example.test", "").placed(2).build(),
    ];
    people.ledger.apply(&later).await;
    for (_, customer, name) in people.buyers().await {
        assert_eq!((customer, name.as_str()), (zoe.clone(), "Zoé"));
    }
    // Whichever record is asked for, it is told which was merged into which, and by whom.
    let wire::GetCustomerResponse {
        customer,
        merged,
        merges,
        sale_count,
    } = people.get(&old).await;
    assert_eq!(customer.unwrap().email, "zoe@example.test");
    assert_eq!(sale_count, 5);
    let on_file: Vec<_> = merged.iter().map(|record| record.name.as_str()).collect();
    assert_eq!(on_file, ["Z. Tremblay", "Zoé T"]);
    let said: Vec<_> = merges
        .iter()
        .map(|merge| (&*merge.customer_id, &*merge.into_customer_id, &*merge.actor))
        .collect();
    assert!(said.contains(&(&*old, &*work, "Ada")) && said.contains(&(&*work, &*zoe, "Ada")));
    assert_eq!(
        people.named("old@example.test").await.unwrap().customer_id,
        zoe
    );
    people.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_12_a_merge_is_done_once_and_only_between_people() {
    let mut people = People::new().await;
    let orders = [
        bought(1, "a@example.test", "A").build(),
        bought(2, "b@example.test", "B").build(),
        bought(3, "c@example.test", "C").build(),
        an_order(4).line("A", 1).build(),
    ];
    people.ledger.apply(&orders).await;
    let (a, b) = (
        people.id_of("a@example.test").await,
        people.id_of("b@example.test").await,
    );
    let c = people.id_of("c@example.test").await;
    let request = wire::MergeCustomersRequest {
        retailer_id: RETAILER.to_string(),
        customer_id: a.clone(),
        into_customer_id: b.clone(),
        act: Some(people.act()),
    };
    for _ in 0..2 {
        let merged = people
            .client
            .customers
            .merge_customers(request.clone())
            .await;
        assert_eq!(merged.unwrap().into_inner().sale_count, 1);
    }
    assert_eq!(
        people
            .ledger
            .sql("select count(*) from ledger.customer_merge"),
        "1"
    );
    for (from, into, why) in [
        (&a, &b, "same_customer"),
        (&b, &a, "same_customer"),
        (&a, &c, "customer_merged"),
    ] {
        let refused = people.merge(from, into).await.unwrap_err();
        assert_eq!(violation(&refused), why);
    }
    let guest = people.buyers().await[3].1.clone();
    assert_eq!(
        violation(&people.merge(&guest, &b).await.unwrap_err()),
        "customer_is_guest"
    );
    assert_eq!(
        violation(&people.merge(&b, &guest).await.unwrap_err()),
        "customer_is_guest"
    );
    let unknown = people
        .merge("00000000-0000-0000-0000-000000000001", &b)
        .await;
    assert_eq!(unknown.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn pos_12_an_export_holds_records_sales_payments_and_what_waits() {
    let mut people = People::new().await;
    let mut orders: Vec<_> = (1..=3)
        .map(|id| {
            bought(id, "zoe@example.test", "Zoé")
                .placed(id.cast_signed())
                .build()
        })
        .collect();
    orders.push(bought(4, "z@work.test", "Z").build());
    // One of them waits: its connection asks before updates are applied.
    let asking = || bought(5, "Zoe@example.test", "Zoé at work").of(RETAILER, ASKING_CONNECTION);
    orders.push(asking().build());
    orders.push(bought(6, "other@example.test", "Other").build());
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

    let wire::ExportCustomerResponse {
        records,
        sales,
        waiting,
        next_page_token: _,
    } = people.export(&work).await;
    let emails: Vec<_> = records.iter().map(|record| record.email.as_str()).collect();
    assert_eq!(emails, ["zoe@example.test", "z@work.test"]);
    assert!(
        records
            .iter()
            .all(|record| record.phone.starts_with("514122"))
    );
    assert_eq!(sales.len(), 5);
    assert!(
        sales
            .iter()
            .all(|sale| sale.lines.len() == 1 && sale.payments.len() == 1)
    );
    let waits: Vec<_> = waiting
        .iter()
        .map(|copy| (&*copy.connection_id, &*copy.order_id, &*copy.name))
        .collect();
    assert_eq!(
        waits,
        [(&*ASKING_CONNECTION.to_string(), "5", "Zoé at work")]
    );
    assert!(
        sales
            .iter()
            .any(|sale| sale.connection_id == CONNECTION.to_string())
    );
}
