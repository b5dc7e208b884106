//! Which store a connection leads to.

use serde_json::json;
use shop::{FetchError, Platform as _, StoreIdentity};

use crate::store::{HASH, platform};
use crate::stub::{Reply, Stub};

#[tokio::test]
async fn r_10_a_store_is_known_by_its_hash_whatever_it_is_called() {
    let (stub, connection) = Stub::start().await;
    let mut answer = json!({
        "id": HASH, "name": "Serinova", "domain": "serinova.example", "currency": "EUR",
        "timezone": {"name": "Europe/Paris", "raw_offset": 3600}, "first_name": "Zoé",
        "admin_email": "zoe@kanariva.test", "store_id": 4_884_484_848_484_u64,
    });
    stub.tell("/v2/store", [Reply::new(200, answer.to_string())]);
    let identity = platform().store(&connection).await.unwrap();
    assert_eq!(
        identity,
        StoreIdentity {
            id: HASH.to_owned(),
            name: "Serinova".to_owned(),
            currency: Some("EUR".to_owned()),
            time_zone: Some("Europe/Paris".to_owned()),
        }
    );
    // Renamed and moved; little is told.
    answer = json!({"id": HASH, "name": "", "domain": "shop.example"});
    stub.tell("/v2/store", [Reply::new(200, answer.to_string())]);
    let moved = platform().store(&connection).await.unwrap();
    assert_eq!(
        (moved.id, moved.name),
        (identity.id, "shop.example".to_owned())
    );
    assert_eq!((moved.currency, moved.time_zone), (None, None));
}

#[tokio::test]
async fn another_store_behind_the_address_is_not_taken_for_it() {
    let (stub, connection) = Stub::start().await;
    for body in [r#"{"id":"other1","name":"Serinova"}"#, "{}", "[]", "7"] {
        stub.tell("/v2/store", [Reply::new(200, body)]);
        let identity = platform().store(&connection).await;
        assert!(
            matches!(identity, Err(FetchError::Unreadable { .. })),
            "{body}: {identity:?}"
        );
    }
    stub.tell("/v2/store", [Reply::new(403, "{}")]);
    let refused = platform().store(&connection).await;
    assert_eq!(refused, Err(FetchError::Refused { status: 403 }));
}
