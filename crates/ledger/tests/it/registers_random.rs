//! Random days at two registers: every payment is in one closure at most, and in the end in exactly one.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use proto::ledger as wire;
use tonic::Code;

use crate::order::an_order;
use crate::support::{CONNECTION, OTHER_CONNECTION, OTHER_REGISTER, REGISTER, RETAILER};
use crate::till::Till;

/// Histories tried, each in a ledger of its own.
const CASES: u32 = 12;
const REGISTERS: [uuid::Uuid; 2] = [REGISTER, OTHER_REGISTER];

#[derive(Clone, Debug)]
enum Step {
    Open(usize, i64),
    Close(usize),
    /// Order, second, cents received and refunded: at the first register's connection when even.
    Told(u64, i64, i64, i64),
    /// Order, register, cents, minutes ago.
    Pay(u64, usize, i64, i64),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..2_usize, 0..500_i64).prop_map(|(register, float)| Step::Open(register, float)),
        2 => (0..2_usize).prop_map(Step::Close),
        5 => (1..5_u64, 0..9_i64, 0..3_000_i64, 0..400_i64)
            .prop_map(|(order, second, paid, refunded)| Step::Told(order, second, paid, refunded)),
        5 => (1..5_u64, 0..2_usize, 1..1_500_i64, -4..120_i64)
            .prop_map(|(order, register, cents, ago)| Step::Pay(order, register, cents, ago)),
        2 => (1..90_i64).prop_map(Step::Wait),
    ];
    vec(step, 1..40)
}

/// Counts what is expected, so that nothing is missing.
async fn close(till: &mut Till, register: usize) -> Option<wire::Session> {
    let asked = wire::ListSessionsRequest {
        retailer_id: RETAILER.to_string(),
        page_size: 1,
        page_token: String::new(),
        register_id: REGISTERS[register].to_string(),
    };
    let newest = till.client.registers.list_sessions(asked).await.unwrap();
    let newest = newest.into_inner().sessions.pop()?;
    let counted: Vec<(&str, i64)> = newest
        .expected
        .iter()
        .map(|expected| {
            let money = proto::convert::money_from("amount", expected.amount.clone()).unwrap();
            (expected.payment_type.as_str(), money.minor())
        })
        .collect();
    till.close(REGISTERS[register], &counted).await.ok()
}

async fn run(steps: Vec<Step>) {
    let mut till = Till::new().await;
    for step in steps {
        match step {
            Step::Open(register, float) => {
                let opened = till.open(REGISTERS[register], float).await;
                assert!(
                    opened.is_ok_and(|session| session.number > 0) || {
                        let again = till.open(REGISTERS[register], float).await;
                        again.unwrap_err().code() == Code::FailedPrecondition
                    }
                );
            }
            Step::Close(register) => {
                close(&mut till, register).await;
            }
            Step::Told(order, second, paid, refunded) => {
                let connection = if order % 2 == 0 {
                    CONNECTION
                } else {
                    OTHER_CONNECTION
                };
                let mut told = an_order(order)
                    .of(RETAILER, connection)
                    .at(second)
                    .line("A", 2);
                if paid > 0 {
                    told = told.paid(paid);
                }
                if refunded > 0 {
                    told = told.refunded("refund:1", refunded);
                }
                till.ledger.apply_one(&told.build()).await;
            }
            Step::Pay(order, register, cents, ago) => {
                let filter =
                    format!("select sale_id from ledger.sale where receipt_number = '#{order}'");
                let Ok(sale) = till.ledger.sql(&filter).parse() else {
                    continue;
                };
                let now = service::clock::Clock::now(&till.clock);
                let request = wire::ApplyPaymentRequest {
                    register_id: REGISTERS[register].to_string(),
                    paid_at: Some(proto::convert::instant_into(
                        now - SignedDuration::from_mins(ago),
                    )),
                    accept_outside_session: true,
                    accept_overpayment: true,
                    payment_type: "cash".to_owned(),
                    ..till.payment(sale, cents)
                };
                match till.apply(request).await {
                    Ok(_) => {}
                    Err(refused) => assert_eq!(refused.code(), Code::FailedPrecondition),
                }
            }
            Step::Wait(minutes) => till.clock.advance(SignedDuration::from_mins(minutes)),
        }
    }
    // At the end of the day every register is closed, once more after the last payment.
    for (register, id) in REGISTERS.into_iter().enumerate() {
        close(&mut till, register).await;
        till.open(id, 0).await.unwrap();
        close(&mut till, register).await.unwrap();
    }
    till.ledger.assert_sound().await;
    let partition = BTreeMap::from([
        (
            "an online payment is in no closure",
            "select count(*) from ledger.payment p where not exists (
                select from ledger.session_payment t join ledger.closure c using (session_id)
                where (t.sale_id, t.payment_key, t.kind, t.currency, t.revision)
                    = (p.sale_id, p.payment_key, p.kind, p.currency, p.revision))",
        ),
        (
            "closures differ from the books",
            "select (select coalesce(sum(received_minor - refunded_minor), 0) from ledger.closure_online)
                - (select coalesce(sum(case kind when 'received' then amount_minor else -amount_minor end), 0)
                    from ledger.payment)",
        ),
        (
            "what is counted once is not what the sales say",
            "select (select coalesce(sum(covered_minor), 0) from ledger.session_cover)
                - (select coalesce(sum(covered_minor), 0) from ledger.sale)",
        ),
        (
            "till payments differ from the closures",
            "select (select coalesce(sum(amount_minor), 0) from ledger.till_payment where not is_outside)
                + (select coalesce(sum(float_minor), 0) from ledger.register_session)
                - (select coalesce(sum(expected_minor), 0) from ledger.closure_count)",
        ),
        (
            "a number is left out",
            "select count(*) from (
                select max(number) - count(*) as gap from ledger.closure group by register_id) g
            where gap <> 0",
        ),
        (
            "a payment inside lies outside its session",
            "select count(*) from ledger.till_payment p
            join ledger.register_session s using (session_id)
            join ledger.closure c using (session_id)
            where (p.paid_at >= s.opened_at and p.paid_at < c.closed_at) = p.is_outside",
        ),
    ]);
    for (what, question) in partition {
        assert_eq!(till.ledger.sql(question), "0", "{what}");
    }
}

#[test]
fn sh_15_and_sh_17_closures_partition_payments() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: CASES,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&steps(), |steps| {
            runtime.block_on(run(steps));
            Ok(())
        })
        .unwrap();
}
