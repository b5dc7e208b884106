//! Registers, their sessions and their closures.

use std::collections::BTreeMap;

use proto::convert::{instant_into, money_from, money_into};
use proto::ledger as wire;
use retail::register::Count;
use retail::{Money, PaymentType};
use tonic::{Request, Response, Status};

use super::ask;
use super::error::{bad_field, not_found};
use super::once::once;
use super::page::Page;
use crate::store::{
    Asked, ClosureView, OnlineView, Reader, RegisterError, RegisterView, SessionKey, SessionView,
    Store, TillPaymentView,
};

/// Means of payment counted at once at most.
const COUNTS_LIMIT: usize = 100;

#[derive(Clone, Debug)]
pub struct Registers {
    store: Store,
    reader: Reader,
}

impl Registers {
    pub fn new(store: Store, reader: Reader) -> Self {
        Self { store, reader }
    }
}

#[tonic::async_trait]
impl wire::registers_server::Registers for Registers {
    async fn list_registers(
        &self,
        request: Request<wire::ListRegistersRequest>,
    ) -> Result<Response<wire::ListRegistersResponse>, Status> {
        let wire::ListRegistersRequest { retailer_id } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let registers = self.reader.registers(retailer).await?;
        Ok(Response::new(wire::ListRegistersResponse {
            registers: registers.into_iter().map(register_into).collect(),
        }))
    }

    async fn open_session(
        &self,
        request: Request<wire::OpenSessionRequest>,
    ) -> Result<Response<wire::OpenSessionResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let asked = Asked::new(
            retailer,
            ask::act(request.act.clone())?,
            "Registers.OpenSession",
            &request,
        );
        let wire::OpenSessionRequest {
            retailer_id: _,
            register_id,
            float,
            act: _,
        } = request;
        let register = ask::required("register_id", &register_id)?;
        let float = money_from("float", float).map_err(ask::wrong)?;
        if float.minor() < 0 {
            return Err(bad_field("float", "is negative"));
        }
        let answer = once(&self.store, asked, async |once| {
            let session = once.open_session(register, float).await?;
            Ok(wire::OpenSessionResponse {
                session: Some(session_into(session)?),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn close_session(
        &self,
        request: Request<wire::CloseSessionRequest>,
    ) -> Result<Response<wire::CloseSessionResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let asked = Asked::new(
            retailer,
            ask::act(request.act.clone())?,
            "Registers.CloseSession",
            &request,
        );
        let wire::CloseSessionRequest {
            retailer_id: _,
            register_id,
            counted,
            act: _,
        } = request;
        let register = ask::required("register_id", &register_id)?;
        let counted = counted_from(counted)?;
        let answer = once(&self.store, asked, async |once| {
            let session = once.close_session(register, counted).await?;
            Ok(wire::CloseSessionResponse {
                session: Some(session_into(session)?),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn get_session(
        &self,
        request: Request<wire::GetSessionRequest>,
    ) -> Result<Response<wire::GetSessionResponse>, Status> {
        let wire::GetSessionRequest {
            retailer_id,
            session_id,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let session = ask::required("session_id", &session_id)?;
        let found = self.reader.session(retailer, session).await?;
        let found = found.ok_or_else(|| not_found("session", &session_id))?;
        Ok(Response::new(wire::GetSessionResponse {
            session: Some(session_into(found)?),
        }))
    }

    async fn list_sessions(
        &self,
        request: Request<wire::ListSessionsRequest>,
    ) -> Result<Response<wire::ListSessionsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<SessionKey> = Page::asked(&request, size, &token)?;
        let wire::ListSessionsRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            register_id,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let register = ask::optional("register_id", &register_id)?;
        let mut sessions = self
            .reader
            .sessions(retailer, register, page.after, page.rows())
            .await?;
        let next_page_token = page.cut(&mut sessions, |last| SessionKey {
            opened_at: last.opened_at,
            session: last.session,
        });
        Ok(Response::new(wire::ListSessionsResponse {
            sessions: sessions
                .into_iter()
                .map(session_into)
                .collect::<Result<_, _>>()?,
            next_page_token,
        }))
    }
}

fn counted_from(counted: Vec<wire::CountedAmount>) -> Result<BTreeMap<PaymentType, Money>, Status> {
    if counted.len() > COUNTS_LIMIT {
        return Err(bad_field("counted", format!("is more than {COUNTS_LIMIT}")));
    }
    let mut amounts = BTreeMap::new();
    for (place, counted) in counted.into_iter().enumerate() {
        let wire::CountedAmount {
            payment_type,
            amount,
        } = counted;
        let field = format!("counted[{place}].payment_type");
        let payment_type =
            PaymentType::new(&payment_type).map_err(|error| bad_field(&field, error))?;
        let amount = money_from("counted.amount", amount).map_err(ask::wrong)?;
        if amounts.insert(payment_type, amount).is_some() {
            return Err(bad_field(&field, "is counted twice"));
        }
    }
    Ok(amounts)
}

fn register_into(register: RegisterView) -> wire::Register {
    let RegisterView {
        register,
        name,
        outlet,
        outlet_name,
        open,
    } = register;
    wire::Register {
        register_id: register.to_string(),
        name,
        outlet_id: outlet.to_string(),
        outlet_name,
        open_session_number: open.map_or(0, |(number, _)| number),
        opened_at: open.map(|(_, at)| instant_into(at)),
    }
}

fn session_into(session: SessionView) -> Result<wire::Session, RegisterError> {
    let SessionView {
        session,
        register,
        number,
        float,
        opened_at,
        opened_by,
        expected,
        closure,
        outside,
    } = session;
    Ok(wire::Session {
        session_id: session.to_string(),
        register_id: register.to_string(),
        number,
        float: Some(money_into(float)),
        opened_at: Some(instant_into(opened_at)),
        opened_by,
        expected: expected
            .into_iter()
            .map(|(payment_type, amount)| wire::ExpectedAmount {
                payment_type: payment_type.to_string(),
                amount: Some(money_into(amount)),
            })
            .collect(),
        closure: closure.map(closure_into).transpose()?,
        outside: outside.into_iter().map(payment_into).collect(),
    })
}

fn closure_into(closure: ClosureView) -> Result<wire::Closure, RegisterError> {
    let ClosureView {
        closed_at,
        closed_by,
        note,
        counts,
        online,
        covered,
    } = closure;
    Ok(wire::Closure {
        closed_at: Some(instant_into(closed_at)),
        closed_by,
        note,
        counts: counts
            .into_iter()
            .map(count_into)
            .collect::<Result<_, _>>()?,
        online: online.into_iter().map(online_into).collect(),
        covered: covered.into_iter().map(money_into).collect(),
    })
}

fn count_into(count: Count) -> Result<wire::Count, RegisterError> {
    let difference = count
        .difference()
        .map_err(retail::register::CountError::from)?;
    let Count {
        payment_type,
        expected,
        counted,
    } = count;
    Ok(wire::Count {
        payment_type: payment_type.to_string(),
        expected: Some(money_into(expected)),
        counted: Some(money_into(counted)),
        difference: Some(money_into(difference)),
    })
}

fn online_into(online: OnlineView) -> wire::OnlineAmount {
    let OnlineView {
        method,
        received,
        refunded,
        count,
    } = online;
    wire::OnlineAmount {
        method,
        received: Some(money_into(received)),
        refunded: Some(money_into(refunded)),
        payment_count: count,
    }
}

pub(super) fn payment_into(payment: TillPaymentView) -> wire::TillPayment {
    let TillPaymentView {
        payment,
        sale,
        session,
        is_outside,
        payment_type,
        amount,
        paid_at,
        recorded_at,
        actor,
        note,
    } = payment;
    wire::TillPayment {
        payment_id: payment.to_string(),
        sale_id: sale.to_string(),
        session_id: session.to_string(),
        is_outside_session: is_outside,
        payment_type,
        amount: Some(money_into(amount)),
        paid_at: Some(instant_into(paid_at)),
        recorded_at: Some(instant_into(recorded_at)),
        actor,
        note,
    }
}
