//! The watchdog on real connections.

use service_kit::within;
use shop::HookReport;

use crate::database::connection_id;
use crate::running::{PUBLIC_URL, Running};
use crate::stall::{Mood, Shop};

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_looked_at_after_the_start_and_again_and_what_was_found_is_remembered() {
    let away = Shop {
        mood: Mood::Away,
        ..Shop::default()
    };
    let running = Running::start(vec![Shop::default(), away]).await;
    within(async || running.shop(1, |shop| (shop.hooked.len() >= 3).then_some(()))).await;
    let hooked = running.shop(1, |shop| shop.hooked.clone());
    let id = connection_id(1);
    assert_eq!(hooked[0], format!("{PUBLIC_URL}/hooks/{id}"));
    let store = &running.store;
    let report = within(async || {
        let (_, report) = store.hooks_seen(id).await.unwrap().report?;
        report.was_sound().then_some(report)
    })
    .await;
    assert_eq!(
        report,
        HookReport {
            sound: 2,
            ..HookReport::default()
        }
    );
    let seen = within(async || {
        let seen = store.hooks_seen(connection_id(2)).await.unwrap();
        (seen.failures > 0).then_some(seen)
    })
    .await;
    assert_eq!(seen.report, None);
    assert!(seen.last_failure.unwrap().contains("for the test"));
}
