//! A client of the ledger: reads levels, follows sales, records a payment. It needs nothing of Comptoir but `proto`.
//!
//! `COMPTOIR_TOKEN=… cargo run -p proto --example client -- ADDRESS RETAILER COMMAND`, where COMMAND is
//! - `levels`
//! - `sales TOKEN_FILE COUNT`: the next sales that were recorded or changed, after those that `TOKEN_FILE` tells of
//! - `pay RECEIPT_NUMBER AMOUNT REQUEST_ID`

use std::fs;
use std::io::{self, Write};

use anyhow::Context as _;
use proto::google::r#type::Money;
use proto::ledger::get_sale_request::Key;
use proto::ledger::payments_client::PaymentsClient;
use proto::ledger::sales_client::SalesClient;
use proto::ledger::stock_client::StockClient;
use proto::ledger::{
    Act, ApplyPaymentRequest, GetSaleRequest, ListLevelsRequest, StreamSalesRequest,
};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel as Transport, Endpoint};
use tonic::{Request, Status};
use tonic_types::StatusExt as _;

/// Units of a currency have this many billionths.
const NANOS: u32 = 1_000_000_000;

/// Every call carries a token, as `authorization: Bearer TOKEN`.
#[derive(Clone)]
struct Token(MetadataValue<Ascii>);

impl Interceptor for Token {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request
            .metadata_mut()
            .insert("authorization", self.0.clone());
        Ok(request)
    }
}

type Channel = InterceptedService<Transport, Token>;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let token = token().context("COMPTOIR_TOKEN is not set")?;
    run(&token, &arguments, &mut io::stdout()).await
}

#[expect(
    clippy::disallowed_methods,
    reason = "an example has no settings of ours"
)]
fn token() -> Option<String> {
    std::env::var("COMPTOIR_TOKEN").ok()
}

/// Does what is asked for, and writes what came of it.
pub async fn run(token: &str, arguments: &[String], out: &mut impl Write) -> anyhow::Result<()> {
    let [address, retailer, command, rest @ ..] = arguments else {
        anyhow::bail!("ADDRESS RETAILER COMMAND");
    };
    let channel = Endpoint::from_shared(address.clone())?.connect().await?;
    let channel = InterceptedService::new(channel, Token(format!("Bearer {token}").parse()?));
    match (command.as_str(), rest) {
        ("levels", []) => levels(channel, retailer, out).await,
        ("sales", [token_file, count]) => {
            sales(channel, retailer, token_file, count.parse()?, out).await
        }
        ("pay", [receipt_number, amount, request_id]) => {
            pay(channel, retailer, receipt_number, amount, request_id, out).await
        }
        _ => {
            anyhow::bail!("levels, sales TOKEN_FILE COUNT, or pay RECEIPT_NUMBER AMOUNT REQUEST_ID")
        }
    }
}

/// Every page of a listing: each but the last tells where the next one begins.
async fn levels(channel: Channel, retailer: &str, out: &mut impl Write) -> anyhow::Result<()> {
    let mut stock = StockClient::new(channel);
    let mut request = ListLevelsRequest {
        retailer_id: retailer.to_owned(),
        page_size: 10,
        ..ListLevelsRequest::default()
    };
    loop {
        let page = stock.list_levels(request.clone()).await?.into_inner();
        for level in page.levels {
            let on_hand = level.on_hand.unwrap_or_default().value;
            writeln!(out, "{}\t{}\t{on_hand}", level.sku, level.outlet_name)?;
        }
        if page.next_page_token.is_empty() {
            return Ok(());
        }
        request.page_token = page.next_page_token;
    }
}

/// Follows sales from where it stopped before. The token is kept after the sale was dealt with: a reader that is
/// killed in between gets the sale again, and never misses one.
async fn sales(
    channel: Channel,
    retailer: &str,
    token_file: &str,
    count: usize,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let request = StreamSalesRequest {
        retailer_id: retailer.to_owned(),
        resume_token: fs::read_to_string(token_file).unwrap_or_default(),
        follow: true,
        ..StreamSalesRequest::default()
    };
    let mut sales = SalesClient::new(channel);
    let mut stream = sales.stream_sales(request).await?.into_inner();
    for _ in 0..count {
        let next = stream.message().await?.context("the stream ended")?;
        let sale = next.sale.context("a message without a sale")?;
        let total = sale.total.as_ref().map(amount_of).unwrap_or_default();
        let balance = sale.balance().as_str_name();
        writeln!(out, "{}\t{balance}\t{total}", sale.receipt_number)?;
        fs::write(token_file, next.resume_token)?;
    }
    Ok(())
}

/// Records a bank transfer. Asked again with the same request id, nothing is recorded a second time, so that a caller
/// without an answer can ask until it has one.
async fn pay(
    channel: Channel,
    retailer: &str,
    receipt_number: &str,
    amount: &str,
    request_id: &str,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let mut sales = SalesClient::new(channel.clone());
    let request = GetSaleRequest {
        retailer_id: retailer.to_owned(),
        key: Some(Key::ReceiptNumber(receipt_number.to_owned())),
    };
    let sale = sales.get_sale(request).await.map_err(told)?.into_inner();
    let sale = sale.sale.context("an answer without a sale")?;
    let currency = sale.total.context("a sale without a total")?.currency_code;
    let request = ApplyPaymentRequest {
        retailer_id: retailer.to_owned(),
        sale_id: sale.sale_id,
        payment_type: "bank-transfer".to_owned(),
        amount: Some(money(amount, currency)?),
        act: Some(Act {
            request_id: request_id.to_owned(),
            actor: "the example".to_owned(),
            note: String::new(),
        }),
        ..ApplyPaymentRequest::default()
    };
    let mut payments = PaymentsClient::new(channel);
    let paid = payments.apply_payment(request).await.map_err(told)?;
    let paid = paid.into_inner();
    let balance = paid.balance().as_str_name();
    let payment = paid.payment.context("an answer without a payment")?;
    let received = paid.received.as_ref().map(amount_of).unwrap_or_default();
    writeln!(out, "{}\t{balance}\t{received}", payment.payment_id)?;
    Ok(())
}

/// What programs can go by is in the details: here the type of a precondition, as `register_closed`.
fn told(status: Status) -> anyhow::Error {
    let failed = status.get_details_precondition_failure();
    let failed = failed.and_then(|failed| failed.violations.into_iter().next());
    match failed {
        Some(failed) => anyhow::anyhow!("{}: {}", failed.r#type, failed.description),
        None => status.into(),
    }
}

/// Never by floating point numbers: `12.5` is 12 units and 500,000,000 billionths.
fn money(text: &str, currency_code: String) -> anyhow::Result<Money> {
    let (units, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = fraction.bytes().all(|digit| digit.is_ascii_digit());
    anyhow::ensure!(digits && fraction.len() <= 9, "{text} is no amount");
    Ok(Money {
        currency_code,
        units: units.parse()?,
        nanos: format!("{fraction:0<9}").parse()?,
    })
}

fn amount_of(money: &Money) -> String {
    let hundredths = money.nanos.unsigned_abs() / (NANOS / 100);
    format!("{}.{hundredths:02} {}", money.units, money.currency_code)
}
