use anyhow::Context as _;
use proto::convert::{instant_into, money_into};
use proto::ledger::{ApplyPaymentRequest, PaymentMethod};
use retail::Money;

use super::Place;
use super::parked::act;
use super::registers::id_of;
use super::sales::find_sale;
use crate::arguments::Payments;
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;

/// Payments that people record, and by what means.
pub(crate) async fn payments(
    screen: Screen,
    place: &Place,
    command: Payments,
) -> anyhow::Result<Exit> {
    let ledger = place.ledger().await?;
    match command {
        Payments::Apply {
            sale,
            payment_type,
            amount,
            at,
            register,
            accept_outside,
            accept_overpayment,
            act: asked,
        } => {
            let sale = find_sale(place, &ledger, sale).await?;
            let register_id = match register {
                Some(named) => id_of(&ledger.registers().await?, &named)?,
                None => String::new(),
            };
            let amount = match amount {
                Some(amount) => {
                    Money::parse(&amount, sale.total.0.currency()).context("--amount")?
                }
                None => sale.total.0.checked_sub(sale.received.0)?,
            };
            let applied = ledger
                .apply_payment(ApplyPaymentRequest {
                    retailer_id: String::new(),
                    sale_id: sale.sale_id,
                    register_id,
                    payment_type: payment_type.to_string(),
                    amount: Some(money_into(amount)),
                    paid_at: at.map(instant_into),
                    accept_outside_session: accept_outside,
                    accept_overpayment,
                    act: Some(act(asked)),
                })
                .await?;
            if screen.is_json() {
                screen.json(&applied)?;
            } else {
                screen.line(format_args!(
                    "{} of {}: {} received of {}",
                    applied.payment.amount, sale.receipt_number, applied.received, sale.total
                ));
                if applied.payment.is_outside_session {
                    screen.line("  from before the register was opened: it is in no closure");
                }
            }
        }
        Payments::Types => {
            let types = ledger.payment_types().await?;
            if screen.is_json() {
                screen.json(&types)?;
            } else {
                tables::payment_types(screen, &types);
            }
        }
        Payments::SetType {
            payment_type,
            name,
            act: asked,
        } => {
            ledger
                .set_payment_type(payment_type.to_string(), name, act(asked))
                .await?;
            screen.line(format_args!("{payment_type} is known"));
        }
        Payments::Map {
            connection,
            method,
            payment_type,
            act: asked,
        } => {
            let mapped = PaymentMethod {
                connection_id: connection.to_string(),
                method: method.clone(),
                payment_type: payment_type.to_string(),
            };
            ledger.map_payment_method(mapped, act(asked)).await?;
            screen.line(format_args!("{method} is {payment_type} from now on"));
        }
    }
    Ok(Exit::Done)
}
