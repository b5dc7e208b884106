//! Does what shops ask to have erased.

use jiff::SignedDuration;
use shop::{PrivacyKind, PrivacySubject};

use super::{NotYet, Privacy};
use crate::store::{OpenErasure, PrivacyAnswer, PrivacyOutcome};

/// A shop asks two days after the app was taken out of it; parted with for a shorter time it may come back.
const SHOP_GRACE: SignedDuration = SignedDuration::from_hours(48);

impl Privacy {
    /// One that cannot be done keeps no other from being done.
    pub(super) async fn act(&mut self) -> Result<(), NotYet> {
        for erasure in self.store.open_erasures().await? {
            match self.answer(&erasure).await {
                Ok(()) => {}
                Err(error) if error.is_everybodys() => return Err(error),
                Err(error) => {
                    let OpenErasure {
                        connection,
                        delivery,
                        ..
                    } = erasure;
                    let what = format!("request {delivery} of connection {connection}");
                    self.left.note(what, &error);
                }
            }
        }
        Ok(())
    }

    async fn answer(&self, erasure: &OpenErasure) -> Result<(), NotYet> {
        let outcome = match erasure.kind {
            PrivacyKind::CustomerErasure => self.erase_customer(erasure).await?,
            PrivacyKind::ShopErasure => match self.erase_shop(erasure).await? {
                Some(outcome) => outcome,
                None => return Ok(()),
            },
            // Somebody has to take what is held.
            PrivacyKind::CustomerData => return Ok(()),
        };
        let answer = PrivacyAnswer {
            at: self.clock.now(),
            outcome,
            by: None,
        };
        self.store
            .answer_privacy(erasure.connection, &erasure.delivery, &answer)
            .await?;
        tracing::info!(
            connection = %erasure.connection,
            kind = erasure.kind.as_str(),
            answer = outcome.as_str(),
            "a privacy request is answered"
        );
        Ok(())
    }

    /// A request that names nobody we could know is answered as such.
    async fn erase_customer(&self, erasure: &OpenErasure) -> Result<PrivacyOutcome, NotYet> {
        let subject = self.platform.privacy_subject(&self.store.said_in(erasure)?);
        let subject = subject.unwrap_or_default();
        if subject == PrivacySubject::default() {
            return Ok(PrivacyOutcome::NothingHeld);
        }
        if self.ledger.erase_person(erasure, &subject).await? {
            Ok(PrivacyOutcome::Erased)
        } else {
            Ok(PrivacyOutcome::NothingHeld)
        }
    }

    /// `None`: not yet.
    async fn erase_shop(&self, erasure: &OpenErasure) -> Result<Option<PrivacyOutcome>, NotYet> {
        if !erasure.state.is_parted() {
            return Ok(Some(PrivacyOutcome::LinkedAgain));
        }
        let parted_for = self.clock.now().duration_since(erasure.changed_at);
        if parted_for < SHOP_GRACE {
            return Ok(None);
        }
        loop {
            // Linked again since, its people are a live shop's.
            if !self.store.is_parted_with(erasure.connection).await? {
                return Ok(Some(PrivacyOutcome::LinkedAgain));
            }
            if self.ledger.erase_shop(erasure).await? {
                break;
            }
        }
        if self.store.shred_shop(erasure.connection).await? {
            Ok(Some(PrivacyOutcome::Erased))
        } else {
            Ok(Some(PrivacyOutcome::LinkedAgain))
        }
    }
}
