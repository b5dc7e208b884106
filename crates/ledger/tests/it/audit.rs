//! Who had what done (item 9).

use proto::ledger as wire;
use proto::ledger::access_client::AccessClient;
use proto::ledger::audit_client::AuditClient;
use proto::ledger::payments_client::PaymentsClient;
use serde_json::{Value, json};
use service::access::Authorized;
use service_kit::bearer;
use tonic::transport::Endpoint;

use crate::client::Client;
use crate::support::{Ledger, OTHER_RETAILER, RETAILER, id};

fn act(number: u128) -> Option<wire::Act> {
    Some(wire::Act {
        request_id: id(9_000 + number).to_string(),
        actor: format!("person {number}"),
        note: format!("because {number}"),
    })
}

async fn manager(client: &Client) -> (wire::Token, Authorized) {
    let request = wire::CreateTokenRequest {
        retailer_id: RETAILER.to_string(),
        name: "office".to_owned(),
        roles: vec![wire::Role::Manager.into()],
        expires_at: None,
        act: act(1),
    };
    let mut access = AccessClient::new(client.channel.clone());
    let made = access.create_token(request).await.unwrap().into_inner();
    let endpoint = Endpoint::from_shared(client.url.clone()).unwrap();
    (
        made.token.unwrap(),
        bearer(&made.secret).on(endpoint.connect_lazy()),
    )
}

async fn name(channel: Authorized, name: &str, number: u128) {
    let request = wire::SetPaymentTypeRequest {
        retailer_id: RETAILER.to_string(),
        payment_type: Some(wire::PaymentType {
            payment_type: "voucher".to_owned(),
            name: name.to_owned(),
        }),
        act: act(number),
    };
    let mut payments = PaymentsClient::new(channel);
    payments.set_payment_type(request).await.unwrap();
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn item_9_every_write_is_in_the_audit_log_with_who_when_before_and_after() {
    let ledger = Ledger::new().await;
    let client = Client::of(&ledger).await;
    let (token, channel) = manager(&client).await;
    name(channel.clone(), "Voucher", 2).await;
    name(channel.clone(), "Gift voucher", 3).await;
    // Asked again it is not done again.
    name(channel.clone(), "Gift voucher", 3).await;

    let request = wire::ListAuditEntriesRequest {
        retailer_id: RETAILER.to_string(),
        page_size: 2,
        page_token: String::new(),
    };
    let mut audit = AuditClient::new(channel);
    let first = audit
        .list_audit_entries(request.clone())
        .await
        .unwrap()
        .into_inner();
    let next = wire::ListAuditEntriesRequest {
        page_token: first.next_page_token,
        ..request
    };
    let last = audit.list_audit_entries(next).await.unwrap().into_inner();
    assert_eq!(last.next_page_token, "");
    let entries = [first.entries, last.entries].concat();

    let told: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry.method.as_str(),
                entry.caller.as_str(),
                entry.token_id.as_str(),
            )
        })
        .collect();
    let id = token.token_id.as_str();
    assert_eq!(
        told,
        [
            ("Payments.SetPaymentType", "office", id),
            ("Payments.SetPaymentType", "office", id),
            ("Access.CreateToken", "operator", ""),
        ]
    );
    let [renamed, added, _] = entries.as_slice() else {
        panic!("{entries:?}");
    };
    assert_eq!(
        (renamed.actor.as_str(), renamed.note.as_str()),
        ("person 3", "because 3")
    );
    assert!(renamed.done_at.is_some());
    let named = |name: &str| json!({"payment_type": "voucher", "name": name});
    assert_eq!(json_of(&renamed.before), named("Voucher"));
    assert_eq!(json_of(&renamed.after), named("Gift voucher"));
    assert_eq!(added.before, "");
    assert_eq!(json_of(&added.after), named("Voucher"));
}

#[tokio::test]
async fn item_9_the_audit_log_is_one_retailers_and_nobodys_to_rewrite() {
    let ledger = Ledger::new().await;
    let client = Client::of(&ledger).await;
    let (_, channel) = manager(&client).await;
    name(channel.clone(), "Voucher", 2).await;
    let request = wire::ListAuditEntriesRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        ..wire::ListAuditEntriesRequest::default()
    };
    let mut operator = AuditClient::new(client.channel.clone());
    let others = operator.list_audit_entries(request).await.unwrap();
    assert_eq!(others.into_inner().entries, []);
    let mut role = schema::testing::Role::connect(&crate::support::app(&ledger.database)).await;
    role.assert_denied(&[
        "update ledger.request set caller = ''",
        "delete from ledger.request",
        "update ledger.order_action set caller = ''",
        "delete from ledger.order_action",
    ])
    .await;
}
