use anyhow::{Context as _, anyhow};
use proto::convert::money_into;
use proto::ledger::CountedAmount;
use retail::{Currency, Money, PaymentType};
use serde::Serialize;
use uuid::Uuid;

use super::Place;
use super::parked::act;
use crate::api::{Ledger, Page};
use crate::arguments::{PageArguments, Registers};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::{Register, Session};

#[derive(Serialize)]
struct List {
    sessions: Vec<Session>,
    next_page_token: Option<String>,
}

/// Registers, their sessions and their closures.
pub(crate) async fn registers(
    screen: Screen,
    place: &Place,
    command: Registers,
) -> anyhow::Result<Exit> {
    let ledger = place.ledger().await?;
    let registers = ledger.registers().await?;
    match command {
        Registers::List => {
            if screen.is_json() {
                screen.json(&registers)?;
            } else {
                tables::registers(screen, &place.outlets(), &registers);
            }
        }
        Registers::Open {
            register,
            float,
            currency,
            act: asked,
        } => {
            let register = id_of(&registers, &register)?;
            let float = Money::parse(&float, currency).context("--float")?;
            let session = ledger.open_session(register, float, act(asked)).await?;
            show(screen, &registers, &session)?;
        }
        Registers::Close {
            register,
            counted,
            act: asked,
        } => {
            let register = id_of(&registers, &register)?;
            let currency = currency_of(&ledger, &register).await?;
            let counted = counted_into(&counted, currency)?;
            let session = ledger.close_session(register, counted, act(asked)).await?;
            show(screen, &registers, &session)?;
        }
        Registers::Sessions { register, page } => {
            let PageArguments { limit, page_token } = page;
            let register = register
                .map(|named| id_of(&registers, &named))
                .transpose()?;
            let register = register.unwrap_or_default();
            let Page { rows, next } = ledger.sessions(register, limit, page_token).await?;
            if screen.is_json() {
                screen.json(&List {
                    sessions: rows,
                    next_page_token: next,
                })?;
            } else {
                tables::sessions(screen, &registers, &rows);
                tables::next_page(screen, next.as_deref());
            }
        }
        Registers::Show { session } => {
            let session = ledger.session(session.to_string()).await?;
            show(screen, &registers, &session)?;
        }
    }
    Ok(Exit::Done)
}

fn show(screen: Screen, registers: &[Register], session: &Session) -> anyhow::Result<()> {
    if screen.is_json() {
        screen.json(session)?;
    } else {
        tables::session(screen, registers, session);
    }
    Ok(())
}

/// The one register of that name, or of that id.
pub(super) fn id_of(registers: &[Register], named: &str) -> anyhow::Result<String> {
    if let Ok(id) = Uuid::try_parse(named) {
        return Ok(id.to_string());
    }
    let mut found = registers
        .iter()
        .filter(|register| register.name.to_lowercase() == named.to_lowercase());
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.register_id.clone()),
        (None, _) => Err(anyhow!("no register is called {named}")),
        (Some(_), Some(_)) => Err(anyhow!("several registers are called {named}: give its id")),
    }
}

/// Of the session that is open; without one the ledger refuses whatever is counted.
pub(super) async fn currency_of(ledger: &Ledger, register: &str) -> anyhow::Result<Currency> {
    let Page { rows, next: _ } = ledger
        .sessions(register.to_owned(), 1, String::new())
        .await?;
    let newest = rows.first();
    let newest = newest.ok_or_else(|| anyhow!("the register was never opened"))?;
    Ok(newest.float.0.currency())
}

fn counted_into(
    counted: &[(PaymentType, String)],
    currency: Currency,
) -> anyhow::Result<Vec<CountedAmount>> {
    counted
        .iter()
        .map(|(payment_type, amount)| {
            let amount = Money::parse(amount, currency)
                .with_context(|| format!("--counted {payment_type}={amount}"))?;
            Ok(CountedAmount {
                payment_type: payment_type.to_string(),
                amount: Some(money_into(amount)),
            })
        })
        .collect()
}
