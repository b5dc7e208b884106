//! A shop is linked by its own pages, and by nothing that only looks like them.

use proto::connect as wire;
use proto::connect::{ConnectionState, InstallStep};
use retail::RetailerId;
use tonic::Code;

use crate::support::{RETAILER, Running, SHOP};

fn code(install: &wire::Install) -> &str {
    match &install.outcome {
        Some(wire::install::Outcome::Refused(refused)) => &refused.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r_10_a_shop_is_linked_by_its_own_pages_and_linked_again_keeps_its_connection() {
    let running = Running::start().await;
    let begun = running.begin(SHOP).await.unwrap();
    let install = running.install(&begun.install_id).await;
    assert_eq!(
        (install.step(), install.shop.as_str()),
        (InstallStep::Begun, SHOP)
    );
    let (sent_to, cookie) = running.open(&begun.address).await;
    let install = running.install(&begun.install_id).await;
    assert_eq!(install.step(), InstallStep::Sent);
    let back = running.agree(&sent_to).await;
    let shown = running.come_back(&back, Some(&cookie)).await;
    assert_eq!(shown.status, 200, "{}", shown.page);
    assert!(shown.page.contains("linked"), "{}", shown.page);

    let install = running.install(&begun.install_id).await;
    assert_eq!(install.step(), InstallStep::Linked);
    assert!(install.returned_at.is_some() && install.ended_at.is_some());
    let Some(wire::install::Outcome::Linked(linked)) = install.outcome else {
        panic!("{:?}", install.outcome);
    };
    assert!(!linked.reconnected);
    let id = linked.connection_id;
    running.until_asked(&id).await;
    let (connection, health) = running.connection(&id).await;
    assert_eq!(connection.state(), ConnectionState::Live);
    let access = health.access.unwrap();
    assert_eq!(access.state(), wire::AccessState::Granted);
    assert!(access.scopes.iter().any(|scope| scope == "read_orders"));
    assert!(access.access_until.is_some() && access.refresh_until.is_some());

    assert_eq!(
        running.link().await,
        id,
        "the same shop, the same connection"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn item_9_a_shop_that_a_browser_links_is_the_deed_of_who_began_it() {
    let running = Running::start().await;
    let begun = running.begin(SHOP).await.unwrap();
    // The list is by instants, and the clock stands unless it is moved.
    running.advance(1);
    let id = running.follow(&begun).await;
    let retailer = RetailerId::new(RETAILER);
    let entries = running.store().list_audit(retailer, None, 9).await.unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|entry| (entry.method.as_str(), entry.caller.as_deref()))
        .collect();
    let caller = Some("operator");
    let ways = [
        ("install/callback", caller),
        ("Installs.BeginInstall", caller),
    ];
    assert_eq!(told, ways);
    let linked = entries[0].connection.unwrap();
    assert_eq!(linked.to_string(), id);
    let after = entries[0].after.as_ref().unwrap();
    assert_eq!(after["credentials"], "changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_altered_or_brought_by_another_browser_links_nothing_and_used_once_is_used()
 {
    let running = Running::start().await;
    let begun = running.begin(SHOP).await.unwrap();
    let (sent_to, cookie) = running.open(&begun.address).await;
    let back = running.agree(&sent_to).await;
    let cookie = Some(cookie.as_str());
    let (address, query) = back.split_once('?').unwrap();
    for (place, parameter) in query.split('&').enumerate() {
        let mut parameters: Vec<String> = query.split('&').map(str::to_owned).collect();
        parameters[place].push('0');
        let altered = format!("{address}?{}", parameters.join("&"));
        let shown = running.come_back(&altered, cookie).await;
        assert_eq!(shown.status, 422, "{parameter}: {}", shown.page);
    }
    assert_eq!(running.come_back(&back, None).await.status, 403);
    let stranger = Some("comptoir_install=0000");
    assert_eq!(running.come_back(&back, stranger).await.status, 403);
    let install = running.install(&begun.install_id).await;
    assert_eq!(
        install.step(),
        InstallStep::Sent,
        "whoever forges ends nothing"
    );

    assert_eq!(running.come_back(&back, cookie).await.status, 200);
    assert_eq!(running.come_back(&back, cookie).await.status, 410);
    let answer = running.http.get(&begun.address).send().await.unwrap();
    assert_eq!(answer.status(), 410);
    let install = running.install(&begun.install_id).await;
    assert_eq!(install.step(), InstallStep::Linked);
    let unknown = begun.address.replace("/install/", "/install/0");
    let answer = running.http.get(unknown).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert!(running.is_up());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_too_late_or_of_another_shop_links_nothing_and_says_why() {
    let running = Running::start().await;
    let begun = running.begin(SHOP).await.unwrap();
    let (sent_to, cookie) = running.open(&begun.address).await;
    let back = running.agree(&sent_to).await;
    running.advance(2);
    let shown = running.come_back(&back, Some(&cookie)).await;
    assert_eq!(shown.status, 422);
    assert!(shown.page.contains("too late"), "{}", shown.page);
    // Opened again it is good again, and what was given before is not.
    let (sent_again, cookie_again) = running.open(&begun.address).await;
    let back = running.agree(&sent_to).await;
    let stale = running.come_back(&back, Some(&cookie)).await;
    assert_eq!(stale.status, 404);
    running.advance(29);
    let back = running.agree(&sent_again).await;
    let shown = running.come_back(&back, Some(&cookie_again)).await;
    assert_eq!(shown.status, 410, "{}", shown.page);
    let install = running.install(&begun.install_id).await;
    assert_eq!(install.step(), InstallStep::Expired);

    let begun = running.begin("other-shop.myshopify.com").await.unwrap();
    let (sent_to, cookie) = running.open(&begun.address).await;
    let back = running.agree(&sent_to).await;
    assert_eq!(running.come_back(&back, Some(&cookie)).await.status, 422);
    let install = running.install(&begun.install_id).await;
    assert_eq!(
        (install.step(), code(&install)),
        (InstallStep::Refused, "other_shop")
    );

    for shop in [
        "",
        "evil.example",
        "maison-simulee.myshopify.com.evil.example",
        "https://maison-simulee.myshopify.com",
        "-a.myshopify.com",
        "a@b.myshopify.com",
    ] {
        let refused = running.begin(shop).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{shop:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_of_the_apps_own_organisation_is_linked_without_a_browser_and_its_token_renewed() {
    let running = Running::start().await;
    let linked = running.link_own(SHOP).await.unwrap();
    assert!(!linked.reconnected);
    let id = linked.connection_id;
    running.until_asked(&id).await;
    let (connection, health) = running.connection(&id).await;
    assert_eq!(connection.state(), ConnectionState::Live);
    let access = health.access.unwrap();
    assert_eq!(access.state(), wire::AccessState::Granted);
    assert!(access.access_until.is_some() && access.refresh_until.is_none());

    // Longer than a day, which such a token is good for.
    running.advance(25 * 60);
    running.until_asked(&id).await;
    let (_, health) = running.connection(&id).await;
    let renewed = health.access.unwrap();
    assert_eq!(renewed.state(), wire::AccessState::Granted);
    assert_ne!(renewed.access_until, access.access_until);

    let again = running.link_own(SHOP).await.unwrap();
    assert_eq!((again.connection_id, again.reconnected), (id, true));
    running.shop.sell();
    let refused = running.link_own(SHOP).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("organisation"), "{refused}");
    let refused = running.link_own("evil.example").await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}
