//! Listings are made, changed, refused and missed as they should be.

use retail::listing::{Change, ShopProductId, change};
use retail::{ItemId, Money};

use super::goods::{UNCHANGED, both, by_id, by_sku};
use super::stock::stock;
use super::{OwnVariant, Play};
use crate::push::{Outcome, PushReason, StockOutcome};

impl Play<'_> {
    pub(super) async fn is_made_hidden_and_found(&self) {
        let wanted = self.wanted(1);
        let none = self.find(&by_id(&wanted)).await;
        assert!(none.is_empty(), "found before it was made: {none:?}");
        let made = self.made(&wanted).await;
        assert!(!made.is_on_sale, "what is made is hidden");
        for sought in [by_id(&wanted), by_sku(&wanted)] {
            let found = self.find(&sought).await;
            let ids: Vec<&ShopProductId> = found.iter().map(|found| &found.id).collect();
            assert_eq!(ids, [&made.id], "by {sought:?}");
        }
        let shop = self.read(&made).await.expect("what is made is there");
        let left = change(&wanted, &shop, &self.ownership);
        let shown = Change {
            is_on_sale: Some(true),
            ..Change::default()
        };
        assert_eq!(left, shown, "all but that it is hidden: {shop:#?}");
        let shop = self.change(&wanted, &shop).await;
        self.is_as_wanted(&wanted, &shop);
        let found = self.find(&by_sku(&wanted)).await;
        assert_eq!(found.len(), 1, "on sale it is found as well");
    }

    pub(super) async fn is_changed_once(&self) {
        let (mut wanted, shop) = self.on_sale(2).await;
        wanted.title = "Shirt 2, ironed".into();
        wanted.variants[1].price = Money::new(2_550, wanted.variants[1].price.currency());
        wanted.variants[0].is_on_sale = false;
        let row = self.row(&wanted, &shop);
        for _ in 0..2 {
            self.recorder.take();
            let told = self.tell(std::slice::from_ref(&row)).await;
            assert!(matches!(told[..], [Outcome::Done(_)]), "{told:?}");
            let is_write = self.stage.is_write();
            for request in self
                .recorder
                .take()
                .iter()
                .filter(|request| is_write(request))
            {
                let said = String::from_utf8_lossy(&request.body);
                assert!(!said.contains(UNCHANGED), "sent without need: {said}");
            }
            let now = self.read(&shop).await.expect("it is still there");
            self.is_as_wanted(&wanted, &now);
        }
    }

    pub(super) async fn is_left_alone(&self) {
        let (mut wanted, shop) = self.on_sale(3).await;
        self.stage.rename(&shop.id, "What the shop calls it").await;
        let own = self.stage.add_variant(&shop.id, "Theirs").await;
        wanted.variants[0].price = Money::new(1_999, wanted.variants[0].price.currency());
        let gone = wanted.variants.remove(1).item;
        let new = self.added(3, 3, &wanted);
        wanted.variants.push(new);
        let shop = self.change(&wanted, &shop).await;
        assert_eq!(
            &*shop.title, "What the shop calls it",
            "until the next save"
        );
        let items: Vec<Option<ItemId>> = shop.variants.iter().map(|known| known.item).collect();
        for variant in &wanted.variants {
            assert!(items.contains(&Some(variant.item)), "{:?}", variant.values);
        }
        assert!(
            !items.contains(&Some(gone)),
            "what is wanted no more is gone"
        );
        let theirs = shop
            .variants
            .iter()
            .filter(|known| known.item.is_none())
            .count();
        assert_eq!(theirs, usize::from(own == OwnVariant::Added), "{shop:#?}");
        let shop = self.change(&wanted, &shop).await;
        self.is_as_wanted(&wanted, &shop);
        assert_eq!(*shop.title, *wanted.title, "the next save overwrites it");
    }

    pub(super) async fn is_refused_alone(&self) {
        let mut rows = Vec::new();
        let mut reason = PushReason::Invalid;
        let (other, _) = self.on_sale(300).await;
        for n in 301..=303 {
            let (mut wanted, shop) = self.on_sale(n).await;
            if n == 302 {
                reason = self.stage.spoil(&mut wanted, &other);
            }
            wanted.title = format!("Shirt {n}, ironed").into();
            rows.push(self.row(&wanted, &shop));
        }
        let told = self.tell(&rows).await;
        match &told[..] {
            [
                Outcome::Done(_),
                Outcome::Refused(refusal),
                Outcome::Done(_),
            ] => {
                assert_eq!(refusal.why, reason, "{}", refusal.says);
                assert!(!refusal.says.is_empty());
            }
            other => panic!("one of three is refused: {other:?}"),
        }
        for row in [&rows[0], &rows[2]] {
            let now = self.read(&row.shop).await.expect("it is there");
            self.is_as_wanted(&row.wanted, &now);
        }
    }

    pub(super) async fn is_missing(&self) {
        let (mut wanted, shop) = self.on_sale(400).await;
        let (sound, there) = self.on_sale(401).await;
        self.stage.discard(&shop.id).await;
        wanted.title = "Shirt that is no more".into();
        let mut ironed = sound.clone();
        ironed.title = "Shirt that is".into();
        let told = self
            .tell(&[self.row(&wanted, &shop), self.row(&ironed, &there)])
            .await;
        assert!(
            matches!(told[..], [Outcome::Missing, Outcome::Done(_)]),
            "{told:?}"
        );
        assert_eq!(self.read(&shop).await, None);
        assert!(
            self.find(&both(&wanted)).await.is_empty(),
            "it is not made again"
        );
        let row = stock(&shop, &shop.variants[0], None, 3, 1);
        assert_eq!(self.set_stock(&row).await, StockOutcome::Missing);
        let ids = [shop.id, there.id.clone()];
        for _ in 0..2 {
            let deleted = self.push().delete(self.to(), &ids).await;
            let deleted = deleted.expect("deletions are answered");
            assert_eq!(deleted, [Outcome::Done(()), Outcome::Done(())]);
        }
        let read = self.push().read(self.to(), &ids).await;
        assert_eq!(read, Ok(Vec::new()));
    }
}
