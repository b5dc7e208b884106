//! Payments that people record (SH-13 to SH-15).

use proto::convert::{balance_into, money_from, money_into};
use proto::ledger as wire;
use retail::settlement::Settlement;
use retail::{PaymentType, SaleId};
use tonic::{Request, Response, Status};

use super::ask;
use super::error::bad_field;
use super::once::once;
use super::registers::payment_into;
use crate::store::{
    AppliedPayment, Asked, PaymentAsked, PaymentMethodView, PaymentTypeView, Reader, Store,
};
use crate::wake::Wake;

/// Longest name of a means of payment, in bytes.
const NAME_LIMIT_BYTES: usize = 100;
/// Longest word of a shop for one, in bytes.
const METHOD_LIMIT_BYTES: usize = 255;

#[derive(Clone, Debug)]
pub struct Payments {
    store: Store,
    reader: Reader,
    wake: Wake,
}

impl Payments {
    pub fn new(store: Store, reader: Reader, wake: Wake) -> Self {
        Self {
            store,
            reader,
            wake,
        }
    }
}

#[tonic::async_trait]
impl wire::payments_server::Payments for Payments {
    async fn apply_payment(
        &self,
        request: Request<wire::ApplyPaymentRequest>,
    ) -> Result<Response<wire::ApplyPaymentResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let asked = Asked::new(
            retailer,
            ask::act(request.act.clone())?,
            "Payments.ApplyPayment",
            &request,
        );
        let wire::ApplyPaymentRequest {
            retailer_id: _,
            sale_id,
            register_id,
            payment_type,
            amount,
            paid_at,
            accept_outside_session,
            accept_overpayment,
            act: _,
        } = request;
        let sale = SaleId::new(ask::required("sale_id", &sale_id)?);
        let register = ask::optional("register_id", &register_id)?;
        let payment_type = payment_type_from(&payment_type)?;
        let amount = money_from("amount", amount).map_err(ask::wrong)?;
        if amount.is_zero() {
            return Err(bad_field("amount", "is nothing"));
        }
        let paid_at = ask::instant("paid_at", paid_at)?;
        let answer = once(&self.store, asked, async |once| {
            let payment = PaymentAsked {
                sale,
                register,
                payment_type,
                amount,
                paid_at: paid_at.unwrap_or(once.now()),
                may_be_outside: accept_outside_session,
                may_exceed: accept_overpayment,
            };
            let AppliedPayment {
                payment,
                settlement:
                    Settlement {
                        received,
                        applied: _,
                        covered: _,
                        balance,
                    },
            } = once.apply_payment(&payment).await?;
            Ok(wire::ApplyPaymentResponse {
                payment: Some(payment_into(payment)),
                received: Some(money_into(received)),
                balance: balance_into(balance).into(),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn list_payment_types(
        &self,
        request: Request<wire::ListPaymentTypesRequest>,
    ) -> Result<Response<wire::ListPaymentTypesResponse>, Status> {
        let wire::ListPaymentTypesRequest { retailer_id } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let types = self.reader.payment_types(retailer).await?;
        let methods = self.reader.payment_methods(retailer).await?;
        Ok(Response::new(wire::ListPaymentTypesResponse {
            payment_types: types.into_iter().map(type_into).collect(),
            payment_methods: methods.into_iter().map(method_into).collect(),
        }))
    }

    async fn set_payment_type(
        &self,
        request: Request<wire::SetPaymentTypeRequest>,
    ) -> Result<Response<wire::SetPaymentTypeResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let asked = Asked::new(
            retailer,
            ask::act(request.act.clone())?,
            "Payments.SetPaymentType",
            &request,
        );
        let wire::PaymentType { payment_type, name } = request
            .payment_type
            .ok_or_else(|| bad_field("payment_type", "is missing"))?;
        let payment_type = payment_type_from(&payment_type)?;
        let name = named("payment_type.name", name, NAME_LIMIT_BYTES)?;
        let answer = once(&self.store, asked, async |once| {
            once.set_payment_type(&payment_type, &name).await?;
            Ok(wire::SetPaymentTypeResponse {})
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn map_payment_method(
        &self,
        request: Request<wire::MapPaymentMethodRequest>,
    ) -> Result<Response<wire::MapPaymentMethodResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let asked = Asked::new(
            retailer,
            ask::act(request.act.clone())?,
            "Payments.MapPaymentMethod",
            &request,
        );
        let wire::PaymentMethod {
            connection_id,
            method,
            payment_type,
        } = request
            .payment_method
            .ok_or_else(|| bad_field("payment_method", "is missing"))?;
        let connection = ask::connection(&connection_id)?;
        let payment_type = payment_type_from(&payment_type)?;
        let method = named("payment_method.method", method, METHOD_LIMIT_BYTES)?;
        let answer = once(&self.store, asked, async |once| {
            once.map_payment_method(connection, &method, &payment_type)
                .await?;
            Ok(wire::MapPaymentMethodResponse {})
        })
        .await?;
        Ok(Response::new(answer))
    }
}

fn payment_type_from(text: &str) -> Result<PaymentType, Status> {
    PaymentType::new(text).map_err(|error| bad_field("payment_type", error))
}

fn named(field: &'static str, text: String, limit: usize) -> Result<String, Status> {
    let text = ask::text(field, text, limit)?;
    if text.trim().is_empty() {
        return Err(bad_field(field, "is missing"));
    }
    Ok(text)
}

fn type_into(payment_type: PaymentTypeView) -> wire::PaymentType {
    let PaymentTypeView { payment_type, name } = payment_type;
    wire::PaymentType { payment_type, name }
}

fn method_into(method: PaymentMethodView) -> wire::PaymentMethod {
    let PaymentMethodView {
        connection,
        method,
        payment_type,
    } = method;
    wire::PaymentMethod {
        connection_id: connection.to_string(),
        method,
        payment_type,
    }
}
