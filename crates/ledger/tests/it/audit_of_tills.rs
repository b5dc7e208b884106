//! What is done at tills, about tokens and about customers leaves entries in the audit log.

use proto::ledger as wire;
use proto::ledger::access_client::AccessClient;
use service::clock::SystemClock;

use crate::audit_walk::Trail;
use crate::client::Client;
use crate::held::act;
use crate::order::an_order;
use crate::people::{People, bought};
use crate::support::{CONNECTION, Ledger, REGISTER, RETAILER};
use crate::till::Till;

pub async fn tokens() -> Vec<String> {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let mut trail = Trail::of(&client, SystemClock);
    trail.own(&mut client, "Access/CreateToken").await;
    let request = wire::CreateTokenRequest {
        retailer_id: RETAILER.to_string(),
        name: "till 1".to_owned(),
        roles: vec![wire::Role::Cashier.into()],
        expires_at: None,
        act: Some(act(1)),
    };
    let made = AccessClient::new(client.channel.clone())
        .create_token(request)
        .await;
    let token = made.unwrap().into_inner().token.unwrap();
    trail.left().await;
    trail.own(&mut client, "Access/RevokeToken").await;
    let request = wire::RevokeTokenRequest {
        retailer_id: RETAILER.to_string(),
        token_id: token.token_id,
        act: Some(act(2)),
    };
    let mut access = AccessClient::new(client.channel.clone());
    access.revoke_token(request).await.unwrap();
    let revoked = trail.left().await;
    revoked.assert_change("is_valid", "true", "false");
    trail.walked
}

pub async fn plans() -> Vec<String> {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let mut trail = Trail::of(&client, SystemClock);
    trail.operator(&mut client, "Entitlements/SetPlan").await;
    let request = wire::SetPlanRequest {
        retailer_id: RETAILER.to_string(),
        plan: "starter".to_owned(),
        given: Vec::new(),
        taken: Vec::new(),
        act: Some(act(1)),
    };
    client.entitlements.set_plan(request).await.unwrap();
    let set = trail.left().await;
    assert_ne!(set.before, set.after);
    trail.walked
}

/// Its tokens age as its sessions do.
async fn till() -> (Till, Trail) {
    let mut till = Till::with(&["A"]).await;
    till.client = Client::at(&till.ledger, till.clock.clone()).await;
    let trail = Trail::of(&till.client, till.clock.clone());
    (till, trail)
}

pub async fn registers() -> Vec<String> {
    let (mut till, mut trail) = till().await;
    trail.own(&mut till.client, "Registers/OpenSession").await;
    till.open(REGISTER, 5_000).await.unwrap();
    trail.left().await;
    let order = an_order(1).line("A", 1);
    till.ledger.apply_one(&order.build()).await;
    let sale = till.sale_id("#1").await;
    trail.own(&mut till.client, "Payments/ApplyPayment").await;
    till.pay(sale, 400).await.unwrap();
    let paid = trail.left().await;
    paid.assert_change("balance", "unpaid", "part_paid");
    trail.own(&mut till.client, "Payments/SetPaymentType").await;
    let request = wire::SetPaymentTypeRequest {
        retailer_id: RETAILER.to_string(),
        payment_type: Some(wire::PaymentType {
            payment_type: "voucher".to_owned(),
            name: "Voucher".to_owned(),
        }),
        act: Some(till.act()),
    };
    let set = till.client.payments.set_payment_type(request).await;
    set.unwrap();
    trail.left().await;
    trail
        .own(&mut till.client, "Payments/MapPaymentMethod")
        .await;
    let request = wire::MapPaymentMethodRequest {
        retailer_id: RETAILER.to_string(),
        payment_method: Some(wire::PaymentMethod {
            connection_id: CONNECTION.to_string(),
            method: "stripe".to_owned(),
            payment_type: "card".to_owned(),
        }),
        act: Some(till.act()),
    };
    let mapped = till.client.payments.map_payment_method(request).await;
    mapped.unwrap();
    trail.left().await;
    trail.own(&mut till.client, "Registers/CloseSession").await;
    let counted = [("cash", 5_000), ("bank-transfer", 400)];
    till.close(REGISTER, &counted).await.unwrap();
    let closed = trail.left().await;
    closed.assert_change("is_open", "true", "false");
    trail.walked
}

pub async fn tills() -> Vec<String> {
    let (mut till, mut trail) = till().await;
    till.open(REGISTER, 0).await.unwrap();
    trail.own(&mut till.client, "Tills/RecordSale").await;
    let selling = till.selling().line("A", 1, 1_000).rest("cash");
    let sale = till.record(selling).await.unwrap();
    trail.left().await;
    trail.own(&mut till.client, "Tills/VoidSale").await;
    till.void(&sale).await.unwrap();
    let void = trail.left().await;
    void.assert_change("state", "closed", "voided");
    trail.walked
}

/// Somebody who goes by two addresses, and somebody else.
async fn people() -> (People, Trail) {
    let mut people = People::new().await;
    people.client = Client::at(&people.ledger, people.clock.clone()).await;
    let orders = [
        bought(1, "zoe@example.test", "Zoe").build(),
        bought(2, "z@work.test", "Z. Tremblay").build(),
        bought(3, "ada@example.test", "Ada").build(),
    ];
    people.ledger.apply(&orders).await;
    let trail = Trail::of(&people.client, people.clock.clone());
    (people, trail)
}

pub async fn customers() -> Vec<String> {
    let (mut people, mut trail) = people().await;
    let zoe = people.id_of("zoe@example.test").await;
    let work = people.id_of("z@work.test").await;
    trail
        .own(&mut people.client, "Customers/MergeCustomers")
        .await;
    people.merge(&work, &zoe).await.unwrap();
    let merged = trail.left().await;
    merged.assert_change("merged_into", "null", &zoe);
    trail
        .own(&mut people.client, "Customers/EraseCustomer")
        .await;
    people.erase(&zoe).await.unwrap();
    let erased = trail.left().await;
    erased.assert_change("is_erased", "false", "true");
    trail.walked
}

pub async fn erasures() -> Vec<String> {
    let (mut people, mut trail) = people().await;
    trail
        .service(&mut people.client, "Erasures/ErasePerson")
        .await;
    let request = wire::ErasePersonRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        email: "ada@example.test".to_owned(),
        order_ids: Vec::new(),
        act: Some(people.act()),
    };
    people.client.erasures.erase_person(request).await.unwrap();
    let erased = trail.left().await;
    erased.assert_change("is_erased", "false", "true");
    trail
        .service(&mut people.client, "Erasures/EraseShop")
        .await;
    let request = wire::EraseShopRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
    };
    people.client.erasures.erase_shop(request).await.unwrap();
    let erased = trail.left().await;
    assert_eq!(erased.subject, CONNECTION.to_string());
    assert_eq!(erased.after["erased_customers"], 2);
    let kept = "select string_agg(e::text, '') from (
        select before::text || after::text as e from ledger.request
        union all select e::text from ledger.audit_entry e) e";
    let kept = people.ledger.sql(kept);
    assert!(!kept.contains("example.test"), "{kept}");
    trail.walked
}
