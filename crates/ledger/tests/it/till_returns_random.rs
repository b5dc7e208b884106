//! Random days at two tills: never more comes back than was sold, in goods and in money.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use proto::ledger as wire;
use tonic::Code;

use crate::support::{OTHER_OUTLET, OTHER_REGISTER, OUTLET, REGISTER};
use crate::till::{Till, minor};

/// Histories tried, each in a ledger of its own.
const CASES: u32 = 8;
const REGISTERS: [uuid::Uuid; 2] = [REGISTER, OTHER_REGISTER];
const OUTLETS: [uuid::Uuid; 2] = [OUTLET, OTHER_OUTLET];

#[derive(Clone, Debug)]
enum Step {
    /// Register, units, price in cents.
    Sell(usize, i64, i64),
    /// Register, which of the sales so far, units, and whether they are sold again.
    Return(usize, usize, i64, bool),
    /// The same, for units of something else.
    Exchange(usize, usize, i64, i64),
    /// Register, which of the sales so far.
    Void(usize, usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..2_usize, 1..6_i64, 0..500_i64)
            .prop_map(|(register, units, price)| Step::Sell(register, units, price)),
        6 => (0..2_usize, any::<usize>(), 1..4_i64, any::<bool>())
            .prop_map(|(register, sale, units, stocked)| Step::Return(register, sale, units, stocked)),
        2 => (0..2_usize, any::<usize>(), 1..3_i64, 1..3_i64)
            .prop_map(|(register, sale, back, units)| Step::Exchange(register, sale, back, units)),
        3 => (0..2_usize, any::<usize>()).prop_map(|(register, sale)| Step::Void(register, sale)),
    ];
    vec(step, 1..30)
}

/// What should be known of a sale.
struct Sold {
    sale: wire::Sale,
    register: usize,
    /// Of the line `line:1`; none in a mere return.
    units: i64,
    returned: i64,
    /// The sale that something came back of, how much, and how much of that is stock again.
    back: Option<(usize, i64, i64)>,
    is_void: bool,
}

struct Day {
    till: Till,
    sales: Vec<Sold>,
}

impl Day {
    fn left(&self, sale: usize) -> i64 {
        let of = &self.sales[sale];
        if of.is_void {
            0
        } else {
            of.units - of.returned
        }
    }

    async fn sell(&mut self, register: usize, units: i64, price: i64) {
        let selling = self.till.selling().on(REGISTERS[register]);
        let selling = selling.line("A", units, price).tax(price / 7);
        // What costs nothing is not paid.
        let selling = if units * price + price / 7 > 0 {
            selling.rest("cash")
        } else {
            selling
        };
        let sale = self.till.record(selling).await.unwrap();
        self.sales.push(Sold {
            sale,
            register,
            units,
            returned: 0,
            back: None,
            is_void: false,
        });
    }

    /// With units of the same for the same price, where some are wanted.
    async fn bring(
        &mut self,
        register: usize,
        of: usize,
        back: i64,
        is_stocked: bool,
        wanted: i64,
    ) {
        let selling = self.till.selling().on(REGISTERS[register]);
        let mut selling = selling.back(&self.sales[of].sale, "line:1", back);
        if !is_stocked {
            selling = selling.spoilt();
        }
        if wanted > 0 {
            selling = selling.line("A", wanted, 100);
        }
        // Whatever is open is on the account.
        let answer = self.till.record(selling.to("zoe@example.test")).await;
        let left = self.left(of);
        match answer {
            Ok(sale) => {
                assert!(back <= left, "{back} of {left} came back");
                self.sales[of].returned += back;
                let stocked = if is_stocked { back } else { 0 };
                self.sales.push(Sold {
                    sale,
                    register,
                    units: wanted,
                    returned: 0,
                    back: Some((of, back, stocked)),
                    is_void: false,
                });
            }
            Err(refused) => {
                // A mere return has no such line.
                let is_there = self.sales[of].units > 0;
                let expected = if is_there {
                    Code::FailedPrecondition
                } else {
                    Code::NotFound
                };
                assert_eq!(refused.code(), expected, "{refused:?}");
                assert!(back > left, "{back} of {left} was refused");
            }
        }
    }

    async fn void(&mut self, register: usize, sale: usize) {
        let of = &self.sales[sale];
        let is_allowed = !of.is_void && of.returned == 0;
        let mut request = self.till.voiding(&of.sale);
        request.register_id = REGISTERS[register].to_string();
        let answer = self.till.client.tills.void_sale(request).await;
        assert_eq!(answer.is_ok(), is_allowed, "{answer:?}");
        if !is_allowed {
            return;
        }
        self.sales[sale].is_void = true;
        if let Some((of, back, _)) = self.sales[sale].back {
            self.sales[of].returned -= back;
        }
    }

    async fn check(&mut self) {
        for (place, outlet) in OUTLETS.into_iter().enumerate() {
            let stand = self.sales.iter().filter(|sold| !sold.is_void);
            let here = stand.filter(|sold| sold.register == place);
            let gone: i64 = here
                .map(|sold| sold.units - sold.back.map_or(0, |(_, _, stocked)| stocked))
                .sum();
            let on_hand = self.till.ledger.on_hand("A", outlet).await;
            assert_eq!(on_hand.unwrap_or(0), -gone, "outlet {place}");
        }
        self.till.ledger.assert_sound().await;
        let exceeded = "select count(*) from (
            select l.quantity_milli + sum(b.quantity_milli) as left,
                l.net_minor + sum(b.net_minor) as net, l.tax_minor + sum(b.tax_minor) as tax
            from ledger.till_line t
            join ledger.sale x on x.sale_id = t.sale_id and x.state = 'closed'
            join ledger.sale_line b on b.sale_id = t.sale_id and b.line_key = t.line_key
            join ledger.sale_line l on l.sale_id = t.returned_sale_id
                and l.line_key = t.returned_line_key
            group by l.sale_id, l.line_key, l.quantity_milli, l.net_minor, l.tax_minor) r
            where r.left < 0 or net < 0 or tax < 0 or (r.left = 0 and (net, tax) <> (0, 0))";
        assert_eq!(self.till.ledger.sql(exceeded), "0");
        let taken = self.sales.iter().filter(|sold| !sold.is_void);
        let taken = taken.filter(|sold| sold.back.is_none());
        let taken: i64 = taken.map(|sold| minor(sold.sale.total.clone())).sum();
        let booked = "select coalesce(sum(amount_minor), 0) from ledger.till_payment";
        assert_eq!(self.till.ledger.sql(booked), taken.to_string());
    }
}

async fn run(steps: Vec<Step>) {
    let mut till = Till::with(&["A"]).await;
    for register in REGISTERS {
        till.open(register, 0).await.unwrap();
    }
    let mut day = Day {
        till,
        sales: Vec::new(),
    };
    for step in steps {
        let count = day.sales.len();
        match step {
            Step::Sell(register, units, price) => day.sell(register, units, price).await,
            Step::Return(..) | Step::Exchange(..) | Step::Void(..) if count == 0 => {}
            Step::Return(register, sale, units, stocked) => {
                day.bring(register, sale % count, units, stocked, 0).await;
            }
            Step::Exchange(register, sale, back, units) => {
                day.bring(register, sale % count, back, true, units).await;
            }
            Step::Void(register, sale) => day.void(register, sale % count).await,
        }
    }
    day.check().await;
}

#[test]
fn a_return_never_exceeds_its_sale() {
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
