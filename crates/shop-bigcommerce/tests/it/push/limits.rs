use std::sync::atomic::Ordering;
use std::time::Duration;

use http::Method;
use shop::FetchError;
use shop::push::Push as _;
use shop_bigcommerce::sim::Trouble;

use super::{World, mug, shirt};

#[tokio::test]
async fn every_request_is_paid_for() {
    let world = World::open().await;
    world.create(&shirt()).await;
    world.find(shirt().product, &["SHIRT-S"]).await;
    let spent = world.purse.spent.load(Ordering::Relaxed);
    assert_eq!(usize::try_from(spent).unwrap(), world.asked());
}

#[tokio::test]
async fn a_store_that_refuses_for_haste_is_left_alone_for_as_long_as_it_says() {
    let world = World::of(|options| options.quota = 2).await;
    match world.try_to_create(&mug()).await {
        Err(FetchError::TryLater { after, .. }) => {
            assert_eq!(after, Some(Duration::from_secs(30)));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        *world.purse.refused.lock().unwrap(),
        [Duration::from_secs(30)]
    );
    assert_eq!(world.asked(), 2, "nothing is asked with nothing left");
}

#[tokio::test]
async fn a_refusal_without_a_word_is_left_alone_too_and_asked_no_second_time() {
    let world = World::open().await;
    world
        .store
        .trouble(Method::POST, "/products", Trouble::Busy);
    let made = world.try_to_create(&mug()).await;
    assert!(
        matches!(made, Err(FetchError::TryLater { after: None, .. })),
        "{made:?}"
    );
    assert_eq!(
        *world.purse.refused.lock().unwrap(),
        [Duration::from_secs(5)]
    );
    assert_eq!(world.asked(), 1, "refusals one after another are abuse");
}

#[tokio::test]
async fn a_page_for_people_is_no_answer_and_nothing_is_gone_by_it() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    let is_later = |outcome: Result<(), FetchError>| {
        assert!(
            matches!(outcome, Err(FetchError::TryLater { .. })),
            "{outcome:?}"
        );
    };
    world.store.trouble(Method::GET, "/products", Trouble::Away);
    let products = std::slice::from_ref(&made.id);
    is_later(world.platform.read(world.to(), products).await.map(drop));
    world.store.trouble(Method::PUT, "/products", Trouble::Away);
    let mut wanted = mug();
    wanted.title = "Cup".into();
    let row = super::row(&wanted, &made);
    is_later(world.platform.change(world.to(), &[row]).await.map(drop));
    assert!(world.is_there(&made));
}

#[tokio::test]
async fn a_key_that_is_not_accepted_is_for_a_person() {
    let mut world = World::open().await;
    world.connection.api.as_mut().unwrap().secret = "guess".into();
    let made = world.try_to_create(&mug()).await;
    assert_eq!(made.unwrap_err(), FetchError::Refused { status: 401 });
    world.connection.api = None;
    let made = world.try_to_create(&mug()).await;
    assert_eq!(made.unwrap_err(), FetchError::NoAccess);
}
