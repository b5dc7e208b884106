use proto::convert::{WireError, money_into};
use proto::ledger::payments_client::PaymentsClient;
use proto::ledger::registers_client::RegistersClient;
use proto::ledger::{
    Act, ApplyPaymentRequest, CloseSessionRequest, CountedAmount, GetSessionRequest,
    ListPaymentTypesRequest, ListPaymentTypesResponse, ListRegistersRequest, ListRegistersResponse,
    ListSessionsRequest, ListSessionsResponse, MapPaymentMethodRequest, OpenSessionRequest,
    PaymentMethod, PaymentType, SetPaymentTypeRequest,
};
use retail::Money;
use service::access::Authorized;

use super::{ApiError, Ledger, MAX_ANSWER_BYTES, Page};
use crate::view::{Applied, PaymentTypes, Register, Session};

impl Ledger {
    pub(crate) async fn registers(&self) -> Result<Vec<Register>, ApiError> {
        let request = ListRegistersRequest {
            retailer_id: self.retailer_id(),
        };
        let answer = self.registers_client().list_registers(request).await;
        let ListRegistersResponse { registers } =
            answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(registers
            .into_iter()
            .map(Register::try_from)
            .collect::<Result<_, _>>()?)
    }

    pub(crate) async fn open_session(
        &self,
        register_id: String,
        float: Money,
        act: Act,
    ) -> Result<Session, ApiError> {
        let request = OpenSessionRequest {
            retailer_id: self.retailer_id(),
            register_id,
            float: Some(money_into(float)),
            act: Some(act),
        };
        let answer = self.registers_client().open_session(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        session(answer.session)
    }

    pub(crate) async fn close_session(
        &self,
        register_id: String,
        counted: Vec<CountedAmount>,
        act: Act,
    ) -> Result<Session, ApiError> {
        let request = CloseSessionRequest {
            retailer_id: self.retailer_id(),
            register_id,
            counted,
            act: Some(act),
        };
        let answer = self.registers_client().close_session(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        session(answer.session)
    }

    pub(crate) async fn session(&self, session_id: String) -> Result<Session, ApiError> {
        let request = GetSessionRequest {
            retailer_id: self.retailer_id(),
            session_id,
        };
        let answer = self.registers_client().get_session(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        session(answer.session)
    }

    /// Of all registers where none is named.
    pub(crate) async fn sessions(
        &self,
        register_id: String,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<Session>, ApiError> {
        let request = ListSessionsRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
            register_id,
        };
        let answer = self.registers_client().list_sessions(request).await;
        let ListSessionsResponse {
            sessions,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(sessions, next_page_token)?)
    }

    /// `payment`'s retailer is this one.
    pub(crate) async fn apply_payment(
        &self,
        payment: ApplyPaymentRequest,
    ) -> Result<Applied, ApiError> {
        let request = ApplyPaymentRequest {
            retailer_id: self.retailer_id(),
            ..payment
        };
        let answer = self.payments_client().apply_payment(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Applied::try_from(answer)?)
    }

    pub(crate) async fn payment_types(&self) -> Result<PaymentTypes, ApiError> {
        let request = ListPaymentTypesRequest {
            retailer_id: self.retailer_id(),
        };
        let answer = self.payments_client().list_payment_types(request).await;
        let answer: ListPaymentTypesResponse =
            answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(answer.into())
    }

    pub(crate) async fn set_payment_type(
        &self,
        payment_type: String,
        name: String,
        act: Act,
    ) -> Result<(), ApiError> {
        let request = SetPaymentTypeRequest {
            retailer_id: self.retailer_id(),
            payment_type: Some(PaymentType { payment_type, name }),
            act: Some(act),
        };
        let answer = self.payments_client().set_payment_type(request).await;
        answer.map_err(|status| self.refused(&status))?;
        Ok(())
    }

    pub(crate) async fn map_payment_method(
        &self,
        method: PaymentMethod,
        act: Act,
    ) -> Result<(), ApiError> {
        let request = MapPaymentMethodRequest {
            retailer_id: self.retailer_id(),
            payment_method: Some(method),
            act: Some(act),
        };
        let answer = self.payments_client().map_payment_method(request).await;
        answer.map_err(|status| self.refused(&status))?;
        Ok(())
    }

    fn registers_client(&self) -> RegistersClient<Authorized> {
        RegistersClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    fn payments_client(&self) -> PaymentsClient<Authorized> {
        PaymentsClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}

fn session(session: Option<proto::ledger::Session>) -> Result<Session, ApiError> {
    let session = session.ok_or(WireError::Missing("session"))?;
    Ok(Session::try_from(session)?)
}
