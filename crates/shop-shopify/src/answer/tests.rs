use super::*;

enum Want {
    Data,
    Gone,
    Refused(u16),
    Later(Option<u64>),
    Unreadable,
}

/// Every error that Shopify is known to answer, judged as an answer of the Admin API. What a mutation
/// says of its input is data here: its caller looks at `userErrors`.
const WANTED: [(&str, Want); 33] = [
    ("throttled", Want::Later(Some(2))),
    ("max_cost_exceeded", Want::Unreadable),
    ("access_denied_field", Want::Refused(403)),
    ("protected_customer_data", Want::Data),
    ("bad_token", Want::Refused(401)),
    ("non_expiring_token_refused", Want::Refused(403)),
    ("shop_frozen_or_unpaid", Want::Later(Some(3_600))),
    ("shop_gone", Want::Refused(404)),
    ("locked", Want::Later(Some(3_600))),
    ("http_429", Want::Later(Some(2))),
    ("http_503_html", Want::Later(None)),
    ("internal_error", Want::Later(None)),
    ("undefined_field", Want::Unreadable),
    ("invalid_variable", Want::Unreadable),
    ("idempotent_directive_missing", Want::Unreadable),
    ("change_from_quantity_missing", Want::Unreadable),
    ("stale_compare_and_set", Want::Data),
    ("idempotency_mismatch", Want::Data),
    ("idempotency_concurrent", Want::Data),
    ("idempotency_previous_failed", Want::Data),
    ("bundle_parent_not_settable", Want::Data),
    ("unknown_item", Want::Data),
    ("unknown_location", Want::Data),
    ("invalid_reason", Want::Data),
    ("too_many_inputs", Want::Unreadable),
    ("not_found_gid_type", Want::Gone),
    ("webhook_uri_refused", Want::Data),
    ("webhook_duplicate", Want::Data),
    ("bulk_in_progress", Want::Data),
    ("bulk_must_use_edges", Want::Data),
    ("order_cancel_refused", Want::Data),
    // Of the token endpoint, and judged there; here they are a refused key and a broken request.
    ("oauth_refresh_final", Want::Refused(401)),
    ("client_credentials_refused", Want::Unreadable),
];

fn head(status: u16) -> Head {
    Head {
        status: StatusCode::from_u16(status).unwrap(),
        retry_after: None,
        version: None,
    }
}

#[test]
fn every_known_error_is_judged_as_it_should_be() {
    let file: Value =
        serde_json::from_str(include_str!("../../fixtures/vectors/errors.json")).unwrap();
    let errors = file["errors"].as_array().unwrap();
    assert_eq!(errors.len(), WANTED.len());
    for error in errors {
        let name = error["name"].as_str().unwrap();
        let body = match error["body_text"].as_str() {
            Some(text) => text.to_owned(),
            None => error["body"].to_string(),
        };
        let head = Head {
            retry_after: error["headers"]["Retry-After"].as_str().map(str::to_owned),
            ..head(u16::try_from(error["http"].as_u64().unwrap()).unwrap())
        };
        let judged = judge(&head, body.as_bytes());
        let (_, want) = WANTED.iter().find(|(known, _)| *known == name).unwrap();
        let is_wanted = match (&judged, want) {
            (Ok(judged), Want::Data) => judged.data == error["body"]["data"],
            (Err(FetchError::Gone), Want::Gone)
            | (Err(FetchError::Unreadable { .. }), Want::Unreadable) => true,
            (Err(FetchError::Refused { status }), Want::Refused(wanted)) => status == wanted,
            (Err(FetchError::TryLater { after, .. }), Want::Later(wanted)) => {
                after.map(|after| after.as_secs()) == *wanted
            }
            (Ok(_) | Err(_), _) => false,
        };
        assert!(is_wanted, "{name}: {judged:?}");
    }
}

#[test]
fn an_answer_of_another_version_is_none() {
    let answered = |version: Option<&str>| {
        let head = Head {
            version: version.map(str::to_owned),
            ..head(200)
        };
        judge(&head, br#"{"data":{"order":null}}"#)
    };
    assert!(answered(Some(API_VERSION)).is_ok());
    assert!(answered(None).is_ok());
    assert!(matches!(
        answered(Some("2026-07")),
        Err(FetchError::Unreadable { .. })
    ));
}

#[test]
fn an_answer_tells_how_much_the_shop_lets_itself_be_asked() {
    let throttle = |cost: &str| {
        let body = format!(r#"{{"data":{{}},"extensions":{{"cost":{cost}}}}}"#);
        judge(&head(200), body.as_bytes()).unwrap().throttle
    };
    let told = r#"{"requestedQueryCost":937,"actualQueryCost":310,"throttleStatus":
        {"maximumAvailable":4000.0,"currentlyAvailable":3690,"restoreRate":200.0}}"#;
    let expected = Throttle {
        per_second: 200,
        at_once: 4_000,
        spent: Some(310),
    };
    assert_eq!(throttle(told), Some(expected));
    let unanswered = told.replace("310", "null");
    assert_eq!(throttle(&unanswered).unwrap().spent, None);
    assert_eq!(throttle(&told.replace("200.0", "0")), None);
    assert_eq!(throttle("null"), None);
}

#[test]
fn an_error_beside_data_is_not_overlooked() {
    let judged = |code: &str| {
        let body = format!(
            r#"{{"data":{{"order":{{"id":"gid://shopify/Order/1"}}}},
                "errors":[{{"message":"m","extensions":{{"code":"{code}"}}}}]}}"#
        );
        judge(&head(200), body.as_bytes())
    };
    assert!(judged("ACCESS_DENIED").is_ok());
    assert!(matches!(
        judged("INTERNAL_SERVER_ERROR"),
        Err(FetchError::TryLater { .. })
    ));
    match judged("zoe@example.test") {
        Err(FetchError::Unreadable { why }) => assert!(!why.contains("zoe"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_search_that_was_not_understood_is_no_answer() {
    let judged = |warnings: &str| {
        let body = format!(
            r#"{{"data":{{"orders":{{}}}},"extensions":{{"search":[{{"path":["orders"],
                "query":"q","warnings":{warnings}}}]}}}}"#
        );
        judge(&head(200), body.as_bytes())
    };
    assert!(judged("[]").is_ok());
    assert!(judged("null").is_ok());
    assert!(matches!(
        judged(r#"[{"field":"changed_at","message":"Invalid search field for this query."}]"#),
        Err(FetchError::Unreadable { .. })
    ));
}

#[test]
fn a_wait_is_at_least_a_second_and_at_most_an_hour() {
    for (text, wait) in [("0", 1), ("1.2", 2), ("2.0", 2), ("99999", 3_600)] {
        assert_eq!(seconds(text), Some(Duration::from_secs(wait)), "{text}");
    }
    for text in ["", "soon", "1e30"] {
        assert_eq!(seconds(text), None, "{text:?}");
    }
}

#[test]
fn what_is_no_json_is_never_a_word_on_the_order() {
    for status in [200, 301, 400, 401, 403, 404, 500, 502] {
        let judged = judge(&head(status), b"<html>Not found</html>");
        assert!(
            matches!(judged, Err(FetchError::TryLater { .. })),
            "{status}: {judged:?}"
        );
    }
}
