//! No way leads to a shop that the retailer's plan has no place for (POS-10).

use proto::connect as wire;
use proto::connect::InstallStep;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::support::{Running, SHOP};

/// What programs go by.
fn missing(refused: &Status) -> String {
    assert_eq!(refused.code(), Code::PermissionDenied, "{refused}");
    let mut info = refused.get_details_error_info().unwrap();
    assert_eq!(info.reason, "NOT_IN_PLAN");
    info.metadata.remove("entitlement").unwrap()
}

impl Running {
    async fn nothing_is_linked(&self) -> bool {
        self.store().connections().await.unwrap().is_empty()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_10_no_way_to_a_shop_is_begun_that_the_plan_has_no_place_for() {
    let running = Running::start().await;
    running.ledger.said().has_no_shops = true;
    for refused in [
        running.begin(SHOP).await.map(drop),
        running.link_own(SHOP).await.map(drop),
    ] {
        assert_eq!(missing(&refused.unwrap_err()), "integration:shopify");
    }
    // Nobody can say what the plan has.
    running.ledger.said().is_away = true;
    for refused in [
        running.begin(SHOP).await.map(drop),
        running.link_own(SHOP).await.map(drop),
    ] {
        assert_eq!(refused.unwrap_err().code(), Code::Unavailable);
    }
    assert!(running.nothing_is_linked().await);
    running.ledger.said().is_away = false;
    running.ledger.said().has_no_shops = false;
    running.link().await;
    // It is linked, and its keeper gives access to it anew under any plan.
    running.ledger.said().has_no_shops = true;
    running.link().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_10_who_comes_back_to_a_plan_that_shrank_or_is_not_known_links_nothing() {
    for (is_away, status, code) in [(false, 422, "not_in_plan"), (true, 503, "ours")] {
        let running = Running::start().await;
        let begun = running.begin(SHOP).await.unwrap();
        let (sent_to, cookie) = running.open(&begun.address).await;
        let back = running.agree(&sent_to).await;
        running.ledger.said().has_no_shops = true;
        running.ledger.said().is_away = is_away;
        let shown = running.come_back(&back, Some(&cookie)).await;
        assert_eq!(shown.status, status, "{}", shown.page);
        let install = running.install(&begun.install_id).await;
        assert_eq!(install.step(), InstallStep::Refused);
        let Some(wire::install::Outcome::Refused(refused)) = install.outcome else {
            panic!("{:?}", install.outcome);
        };
        assert_eq!(refused.code, code);
        assert!(running.nothing_is_linked().await);
    }
}
