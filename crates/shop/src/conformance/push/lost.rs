//! Answers that are lost.

use retail::listing::{Listing, ShopListing, Variant};

use super::Play;
use super::goods::{both, by_sku, image};
use super::play::with;
use crate::push::Outcome;

/// Writing requests that one listing takes, at most: some shops take each image and each note in a request of its own.
const WRITES_LIMIT: usize = 16;

impl Play<'_> {
    pub(super) async fn is_made_once_whatever_is_lost(&self) {
        for nth in 1..=WRITES_LIMIT {
            let wanted = self.wanted(100 + nth as u128);
            self.recorder.lose(nth);
            let made = self.create(&wanted).await;
            let is_over = self.recorder.keeps_all();
            assert_eq!(made.is_ok(), is_over, "request {nth}: {made:?}");
            let mut found = self.find(&both(&wanted)).await;
            assert_eq!(found.len(), 1, "answer {nth} was lost: {found:#?}");
            let shop = found.remove(0);
            assert!(!shop.is_on_sale);
            let shop = self.change(&wanted, &shop).await;
            self.is_as_wanted(&wanted, &shop);
            has_no_twins(&wanted, &shop);
            assert_eq!(self.find(&by_sku(&wanted)).await.len(), 1);
            if is_over {
                return;
            }
        }
        panic!("making a listing takes more than {WRITES_LIMIT} writing requests");
    }

    pub(super) async fn is_changed_once_whatever_is_lost(&self) {
        for nth in 1..=WRITES_LIMIT {
            let n = 200 + nth as u128;
            let (mut wanted, shop) = self.on_sale(n).await;
            wanted.images.push(image(n, 3));
            let new = self.added(n, 3, &wanted);
            wanted.variants.push(Variant { sku: None, ..new });
            wanted.title = format!("Shirt {n} with more to it").into();
            let row = self.row(&wanted, &shop);
            self.recorder.lose(nth);
            let told = self
                .push()
                .change(self.to(), std::slice::from_ref(&row))
                .await;
            let is_over = self.recorder.keeps_all();
            assert_eq!(told.is_ok(), is_over, "request {nth}: {told:?}");
            let told = self.tell(std::slice::from_ref(&row)).await;
            let [Outcome::Done(changed)] = &told[..] else {
                panic!("{told:?}");
            };
            let now = self.read(&with(&shop, changed)).await.expect("it is there");
            self.is_as_wanted(&wanted, &now);
            has_no_twins(&wanted, &now);
            if is_over {
                return;
            }
        }
        panic!("a change takes more than {WRITES_LIMIT} writing requests");
    }
}

fn has_no_twins(wanted: &Listing, shop: &ShopListing) {
    assert_eq!(shop.variants.len(), wanted.variants.len(), "{shop:#?}");
    assert_eq!(shop.images.len(), wanted.images.len(), "{shop:#?}");
}
