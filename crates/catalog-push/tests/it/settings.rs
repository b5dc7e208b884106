//! What each shop is told, and who decides what there.

use proto::catalog as wire;
use tonic::{Code, Status};

use crate::make::{
    OTHER_SHOP, RETAILER, SHOP, STRANGERS_SHOP, assert_code, new_act, online, product, save,
};
use crate::running::Running;

async fn list(running: &Running) -> Vec<wire::ConnectionSettings> {
    let request = wire::ListConnectionSettingsRequest {
        retailer_id: RETAILER.to_string(),
    };
    let found = running
        .channels
        .clone()
        .list_connection_settings(request)
        .await;
    found.unwrap().into_inner().connections
}

fn rule(field: wire::ListingField, owner: wire::FieldOwner) -> wire::FieldRule {
    wire::FieldRule {
        field: field.into(),
        owner: owner.into(),
    }
}

async fn set(
    running: &Running,
    shop: retail::ConnectionId,
    profile: wire::LinkProfile,
    rules: Vec<wire::FieldRule>,
) -> Result<wire::ConnectionSettings, Status> {
    let request = wire::SetConnectionSettingsRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: shop.to_string(),
        profile: profile.into(),
        rules,
        act: Some(new_act()),
    };
    let answer = running
        .channels
        .clone()
        .set_connection_settings(request)
        .await;
    answer.map(|answer| answer.into_inner().settings.unwrap())
}

#[tokio::test]
async fn r_11_and_ec_16_who_decides_what_is_said_for_each_shop() {
    let running = Running::start().await;
    let before = list(&running).await;
    let shops: Vec<&str> = before
        .iter()
        .map(|one| one.connection_id.as_str())
        .collect();
    assert_eq!(shops, [SHOP, OTHER_SHOP].map(|shop| shop.to_string()));
    for one in &before {
        assert!(one.is_linked && one.platform == "shop1");
        assert_eq!(one.profile(), wire::LinkProfile::PosCreated);
        assert_eq!(one.rules.len(), 12, "every field has a rule");
        assert!(
            one.rules
                .iter()
                .all(|rule| rule.owner() == wire::FieldOwner::Pos)
        );
    }
    let description = wire::ListingField::Description;
    let price = wire::ListingField::Price;
    let (shops, wipes) = (wire::FieldOwner::Shop, wire::FieldOwner::PosWipes);
    let as_it_is = wire::LinkProfile::Unspecified;
    set(&running, SHOP, as_it_is, vec![rule(price, shops)])
        .await
        .unwrap();
    let legacy = wire::LinkProfile::Legacy;
    let after = set(&running, SHOP, legacy, vec![rule(description, wipes)])
        .await
        .unwrap();
    assert_eq!(after.profile(), legacy);
    assert!(
        after.rules.contains(&rule(price, shops)),
        "what is not named stays"
    );
    assert!(after.rules.contains(&rule(description, wipes)));
    assert_eq!(list(&running).await, [after, before[1].clone()]);
}

#[tokio::test]
async fn settings_say_how_many_products_a_shop_is_to_show() {
    let running = Running::start().await;
    for number in 1..=3 {
        let request = wire::SaveProductRequest {
            sell_online: vec![online(SHOP, number != 3)],
            ..save(product(number, "x"))
        };
        running.catalog.clone().save_product(request).await.unwrap();
    }
    let counts: Vec<i64> = list(&running)
        .await
        .iter()
        .map(|one| one.products_online)
        .collect();
    assert_eq!(counts, [2, 0]);
}

#[tokio::test]
async fn what_are_no_settings_is_refused() {
    let running = Running::start().await;
    let price = wire::ListingField::Price;
    let as_it_is = wire::LinkProfile::Unspecified;
    for wrong in [
        vec![rule(wire::ListingField::Unspecified, wire::FieldOwner::Pos)],
        vec![rule(price, wire::FieldOwner::Unspecified)],
        vec![rule(price, wire::FieldOwner::Pos); 2],
    ] {
        let refused = set(&running, SHOP, as_it_is, wrong).await;
        assert_code(refused, Code::InvalidArgument);
    }
    let foreign = set(&running, STRANGERS_SHOP, as_it_is, Vec::new()).await;
    assert_code(foreign, Code::NotFound);
}
