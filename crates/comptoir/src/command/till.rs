use anyhow::{Context as _, anyhow};
use proto::convert::{instant_into, money_into, quantity_into};
use proto::google::r#type::Money as WireMoney;
use proto::ledger::record_sale_request::Customer;
use proto::ledger::sold_till_line::Item;
use proto::ledger::{Buyer, RecordSaleRequest, ReturnedTillLine, SoldTillLine, TillTender};
use retail::{Currency, Money, Quantity, Sku};

use super::Place;
use super::parked::act;
use super::registers::{currency_of, id_of};
use super::sales::find_sale;
use crate::api::Ledger;
use crate::arguments::{SaleArguments, Sold, Till};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::{Sale, TillLine};

/// What tills sell, take back and make void.
pub(crate) async fn till(screen: Screen, place: &Place, command: Till) -> anyhow::Result<Exit> {
    let ledger = place.ledger().await?;
    match command {
        Till::Sell { lines, sale } => {
            let (request, currency) = request(&ledger, sale).await?;
            let request = RecordSaleRequest {
                lines: sold(&lines, currency)?,
                ..request
            };
            show(screen, place, &ledger.record_sale(request).await?)?;
        }
        Till::Return {
            of,
            lines,
            sell,
            without_restocking,
            sale,
        } => {
            let of = find_sale(place, &ledger, of).await?;
            let there = ledger.till_lines(of.sale_id.clone()).await?;
            let (request, currency) = request(&ledger, sale).await?;
            let mut returns = Vec::new();
            for (sku, quantity) in lines {
                returns.extend(returned(&of, &there, &sku, quantity)?);
            }
            for line in &mut returns {
                line.without_restocking = without_restocking;
            }
            let request = RecordSaleRequest {
                lines: sold(&sell, currency)?,
                returns,
                ..request
            };
            show(screen, place, &ledger.record_sale(request).await?)?;
        }
        Till::Void {
            sale,
            register,
            act: asked,
        } => {
            let sale = find_sale(place, &ledger, sale).await?;
            let register = match register {
                Some(named) => id_of(&ledger.registers().await?, &named)?,
                None => String::new(),
            };
            let void = ledger.void_sale(sale.sale_id, register, act(asked)).await?;
            show(screen, place, &void)?;
        }
        Till::Lines { sale } => {
            let sale = find_sale(place, &ledger, sale).await?;
            let lines = ledger.till_lines(sale.sale_id.clone()).await?;
            if screen.is_json() {
                screen.json(&lines)?;
            } else {
                tables::till_lines(screen, &sale, &lines);
            }
        }
    }
    Ok(Exit::Done)
}

fn show(screen: Screen, place: &Place, sale: &Sale) -> anyhow::Result<()> {
    if screen.is_json() {
        screen.json(sale)?;
    } else {
        tables::sale(screen, &place.outlets(), sale);
    }
    Ok(())
}

/// All but its lines, and the currency that they are in.
async fn request(
    ledger: &Ledger,
    asked: SaleArguments,
) -> anyhow::Result<(RecordSaleRequest, Currency)> {
    let SaleArguments {
        register,
        currency,
        paid,
        total,
        tax_included,
        customer,
        customer_name,
        at,
        accept_outside,
        act: asked,
    } = asked;
    let register_id = id_of(&ledger.registers().await?, &register)?;
    let currency = match currency {
        Some(currency) => currency,
        None => currency_of(ledger, &register_id).await?,
    };
    let payments = paid
        .into_iter()
        .map(|(payment_type, told)| {
            Ok(TillTender {
                payment_type: payment_type.to_string(),
                amount: amount("--paid", told.as_deref(), currency)?,
            })
        })
        .collect::<anyhow::Result<_>>()?;
    let buyer = |email| {
        Customer::Buyer(Buyer {
            email,
            name: customer_name,
            phone: String::new(),
        })
    };
    let request = RecordSaleRequest {
        // The ledger's client knows whose.
        retailer_id: String::new(),
        register_id,
        lines: Vec::new(),
        returns: Vec::new(),
        prices_include_tax: tax_included,
        total: amount("--total", total.as_deref(), currency)?,
        payments,
        customer: customer.map(buyer),
        sold_at: at.map(instant_into),
        accept_outside_session: accept_outside,
        act: Some(act(asked)),
    };
    Ok((request, currency))
}

fn sold(lines: &[Sold], currency: Currency) -> anyhow::Result<Vec<SoldTillLine>> {
    lines
        .iter()
        .map(|line| {
            let Sold {
                sku,
                quantity,
                price,
                discount,
                tax,
            } = line;
            Ok(SoldTillLine {
                item: Some(Item::Sku(sku.to_string())),
                quantity: Some(quantity_into(*quantity)),
                unit_price: amount("price", Some(price), currency)?,
                discount: amount("discount", discount.as_deref(), currency)?,
                tax: amount("tax", tax.as_deref(), currency)?,
            })
        })
        .collect()
}

fn amount(
    what: &'static str,
    told: Option<&str>,
    currency: Currency,
) -> anyhow::Result<Option<WireMoney>> {
    let Some(told) = told else { return Ok(None) };
    let money = Money::parse(told, currency).with_context(|| format!("{what} {told}"))?;
    Ok(Some(money_into(money)))
}

/// On the lines of that SKU, each as far as it goes; the ledger refuses what is beyond the last.
fn returned(
    of: &Sale,
    there: &[TillLine],
    sku: &Sku,
    quantity: Quantity,
) -> anyhow::Result<Vec<ReturnedTillLine>> {
    let is_sku = |line: &&TillLine| {
        let mut sold = of
            .lines
            .iter()
            .filter(|sold| sold.line_key == line.line_key);
        sold.any(|sold| sold.sku.as_deref() == Some(sku.as_str()))
    };
    let mut lines = there.iter().filter(is_sku).peekable();
    if lines.peek().is_none() {
        return Err(anyhow!("sale {} has no line of {sku}", of.receipt_number));
    }
    let (mut open, mut returned) = (quantity, Vec::new());
    while let Some(line) = lines.next() {
        let is_last = lines.peek().is_none();
        let here = if is_last {
            open
        } else {
            open.min(line.returnable.0)
        };
        if here.is_zero() {
            continue;
        }
        open = open.checked_sub(here)?;
        returned.push(ReturnedTillLine {
            sale_id: of.sale_id.clone(),
            line_key: line.line_key.clone(),
            quantity: Some(quantity_into(here)),
            without_restocking: false,
        });
    }
    Ok(returned)
}
