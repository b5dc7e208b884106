use retail::listing::{Listing, Ownership, change};
use shop::push::{Outcome, PushReason};

use super::world::{plain, shirt, variant, world};

fn hidden(mut wanted: Listing) -> Listing {
    wanted.is_on_sale = false;
    wanted.images.clear();
    wanted
}

fn boxes(texts: &[&str]) -> Vec<Box<str>> {
    texts.iter().map(|text| Box::from(*text)).collect()
}

/// From what is there to what is wanted, in one call, and nothing is left to say.
#[tokio::test]
async fn ec_01_options_and_values_become_what_the_pos_says() {
    let two = |rows: &[(u128, &str, &str)]| -> Vec<_> {
        let rows = rows.iter();
        rows.map(|(n, size, colour)| {
            let mut variant = variant(*n, size);
            variant.values.push((*colour).into());
            variant
        })
        .collect()
    };
    let with = |options: &[&str], variants| Listing {
        options: boxes(options),
        variants,
        ..hidden(shirt())
    };
    let single = || Listing {
        options: Vec::new(),
        variants: vec![retail::listing::Variant {
            values: Vec::new(),
            ..variant(11, "")
        }],
        ..hidden(shirt())
    };
    let one = || hidden(shirt());
    let colours = || {
        with(
            &["Taille", "Couleur"],
            two(&[(11, "S", "bleu"), (12, "M", "rouge")]),
        )
    };
    for (name, before, after) in [
        ("renamed", one(), with(&["Size"], one().variants)),
        (
            "values",
            one(),
            with(&["Taille"], vec![variant(11, "36"), variant(12, "38")]),
        ),
        ("one more", one(), colours()),
        (
            "moved",
            colours(),
            with(
                &["Couleur", "Taille"],
                two(&[(11, "bleu", "S"), (12, "rouge", "M")]),
            ),
        ),
        ("one less", colours(), one()),
        ("the first ones", single(), one()),
        (
            "none left",
            with(&["Taille"], vec![variant(11, "S")]),
            single(),
        ),
        (
            "another",
            colours(),
            with(
                &["Taille", "Coupe"],
                two(&[(11, "S", "slim"), (12, "M", "droit")]),
            ),
        ),
    ] {
        let world = world().await;
        let made = world.create(&before).await;
        let (done, _) = world.asked(world.save(&made, &after)).await;
        assert!(matches!(done, Outcome::Done(_)), "{name}: {done:?}");
        let read = world.read(&made).await;
        assert_eq!(
            change(&after, &read, &Ownership::default()),
            retail::listing::Change::default(),
            "{name}"
        );
        assert_eq!(read.variants.len(), after.variants.len(), "{name}");
    }
}

/// What was made in the shop would be lost with the option.
#[tokio::test]
async fn ec_05_an_option_that_the_shops_own_variants_need_stays() {
    let world = world().await;
    let before = hidden(shirt());
    let made = world.create(&before).await;
    let id = world.shelf(shop_shopify::sim::Shelf::id);
    world.edit(&made, |ware| {
        let mut added = ware.variants[0].clone();
        (added.id, added.item_id, added.note) = (id, id, None);
        added.values = vec!["XL".to_owned()];
        ware.variants.push(added);
    });
    let read = world.read(&made).await;
    let mut wanted = plain(1);
    wanted.variants[0].item = before.variants[0].item;
    match world.save(&read, &wanted).await {
        Outcome::Refused(refusal) => assert_eq!(refusal.why, PushReason::Invalid),
        other => panic!("{other:?}"),
    }
    let ware = world.ware(&made);
    assert!(ware.variants.iter().any(|variant| variant.id == id));
}
