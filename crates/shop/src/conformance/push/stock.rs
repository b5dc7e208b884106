//! Stock, and what asking costs.

use retail::listing::{ShopListing, ShopVariant};
use uuid::Uuid;

use super::goods::both;
use super::{Play, StockWay};
use crate::push::{StockOutcome, StockRow};

impl Play<'_> {
    pub(super) async fn set_stock(&self, row: &StockRow) -> StockOutcome {
        let set = self
            .push()
            .set_stock(self.to(), std::slice::from_ref(row))
            .await;
        let mut set = set.expect("stock is answered");
        assert_eq!(set.len(), 1);
        set.remove(0)
    }

    async fn quantity(&self, shop: &ShopListing) -> Option<i64> {
        let now = self.read(shop).await.expect("it is there");
        now.variants[0].quantity
    }

    pub(super) async fn has_stock(&self) {
        let (_, shop) = self.on_sale(500).await;
        let variant = &shop.variants[0];
        let row = |expected, wanted, key| stock(&shop, variant, expected, wanted, key);
        assert_eq!(self.set_stock(&row(None, 5, 1)).await, StockOutcome::Set);
        assert_eq!(self.quantity(&shop).await, Some(5));
        assert_eq!(self.set_stock(&row(Some(5), 3, 2)).await, StockOutcome::Set);
        assert_eq!(self.quantity(&shop).await, Some(3));
        self.stage.count(&shop.id, variant, 9).await;
        let mut has = 9;
        let told = self.set_stock(&row(Some(3), 2, 3)).await;
        match self.stage.stock_way() {
            StockWay::Compares => assert_eq!(told, StockOutcome::Stale { found: 9 }),
            StockWay::Adds => {
                assert_eq!(told, StockOutcome::Set);
                has -= 1;
            }
        }
        assert_eq!(self.quantity(&shop).await, Some(has));
        let lost = row(Some(has), has - 2, 4);
        self.recorder.lose(1);
        let told = self
            .push()
            .set_stock(self.to(), std::slice::from_ref(&lost))
            .await;
        assert!(
            !matches!(told.as_deref(), Ok([StockOutcome::Set])),
            "{told:?}"
        );
        let told = self.set_stock(&lost).await;
        let done = [StockOutcome::Set, StockOutcome::Stale { found: has - 2 }];
        assert!(done.contains(&told), "{told:?}");
        assert_eq!(self.quantity(&shop).await, Some(has - 2), "told once");
    }

    pub(super) async fn asks_nothing_unpaid(&self) {
        let (wanted, shop) = self.on_sale(600).await;
        let mut ironed = wanted.clone();
        ironed.title = "Shirt 600, ironed".into();
        let row = stock(&shop, &shop.variants[0], None, 3, 9);
        self.recorder.take();
        self.recorder.set_empty(true);
        let (to, push) = (|| self.to(), self.push());
        let ids = std::slice::from_ref(&shop.id);
        let unpaid = [
            push.terms(to()).await.is_err(),
            push.find(to(), &both(&wanted)).await.is_err(),
            push.read(to(), ids).await.is_err(),
            push.pages(to(), None).await.is_err(),
            self.create(&self.wanted(601)).await.is_err(),
            push.change(to(), &[self.row(&ironed, &shop)])
                .await
                .is_err(),
            push.set_stock(to(), &[row]).await.is_err(),
            push.delete(to(), ids).await.is_err(),
        ];
        assert_eq!(unpaid, [true; 8]);
        assert!(self.recorder.take().is_empty(), "nothing is asked unpaid");
        self.recorder.set_empty(false);
    }
}

pub(super) fn stock(
    shop: &ShopListing,
    variant: &ShopVariant,
    expected: Option<i64>,
    wanted: i64,
    key: u128,
) -> StockRow {
    StockRow {
        product: shop.id.clone(),
        variant: variant.id.clone(),
        stock_id: variant.stock_id.clone(),
        expected,
        wanted,
        key: Uuid::from_u128(key),
    }
}
