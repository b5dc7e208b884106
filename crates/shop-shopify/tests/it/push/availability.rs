use shop::push::Outcome;

use super::world::{operations, shirt, world};

#[tokio::test]
async fn ec_06_a_product_goes_on_sale_and_off_it_as_in_the_pos() {
    let world = world().await;
    let mut wanted = shirt();
    let made = world.create(&wanted).await;
    let (_, asked) = world.asked(world.save(&made, &wanted)).await;
    assert_eq!(operations(&asked), ["ProductUpdate", "PublishablePublish"]);
    let ware = world.ware(&made);
    assert_eq!((ware.status.as_str(), ware.is_published), ("ACTIVE", true));
    world.pass(5);
    let shown = world.read(&made).await;
    assert!(shown.is_on_sale);
    wanted.is_on_sale = false;
    let (_, asked) = world.asked(world.save(&shown, &wanted)).await;
    assert_eq!(operations(&asked), ["ProductUpdate"]);
    assert_eq!(world.ware(&made).status, "DRAFT");
    assert!(!world.read(&made).await.is_on_sale);
}

/// Active, and nowhere to be seen: nobody can buy it.
#[tokio::test]
async fn ec_06_what_is_not_in_the_online_store_is_not_on_sale() {
    let world = world().await;
    let made = world.create(&shirt()).await;
    for (status, is_published, is_on_sale) in [
        ("ACTIVE", true, true),
        ("ACTIVE", false, false),
        ("DRAFT", true, false),
        ("ARCHIVED", true, false),
        ("UNLISTED", true, true),
    ] {
        world.edit(&made, |ware| {
            ware.status = status.to_owned();
            ware.is_published = is_published;
        });
        assert_eq!(
            world.read(&made).await.is_on_sale,
            is_on_sale,
            "{status} {is_published}"
        );
    }
}

#[tokio::test]
async fn ec_06_a_single_variant_goes_off_sale_and_comes_back() {
    let world = world().await;
    let mut wanted = shirt();
    wanted.is_on_sale = false;
    wanted.variants[0].is_on_sale = false;
    let made = world.create(&wanted).await;
    let seen = |listing: &retail::listing::ShopListing| {
        listing
            .variants
            .iter()
            .map(|variant| variant.is_on_sale)
            .collect::<Vec<_>>()
    };
    assert_eq!(seen(&made), [false, true]);
    wanted.variants[0].is_on_sale = true;
    wanted.variants[1].is_on_sale = false;
    let (done, asked) = world.asked(world.save(&made, &wanted)).await;
    assert!(matches!(done, Outcome::Done(_)), "{done:?}");
    assert_eq!(
        operations(&asked),
        ["PublishableUnpublish", "PublishablePublish"]
    );
    let read = world.read(&made).await;
    assert_eq!(seen(&read), [true, false]);
}
