//! Why the ledger does not answer a question.

use retail::MoneyError;
use retail::posting::InvoiceRefusal;
use retail::till::{LineProblem, Refusal};
use service::refusal::not_in_plan;
pub use service::refusal::{bad_field, not_found, precondition, unavailable};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::desk::DeskError;
use crate::store::{
    FulfilmentError, InvoiceError, KitError, NotEntitled, OnceError, PeopleError, PlanError,
    PushableError, RegisterError, RegistryError, StockError, StoreError, TillError, TokenError,
};

/// The process stops; ask another one, or this one again.
pub fn stopping() -> Status {
    unavailable("the ledger is stopping")
}

/// Why an act at the desk was not done.
impl From<DeskError> for Status {
    fn from(error: DeskError) -> Self {
        let message = error.to_string();
        match error {
            DeskError::UnknownConnection => missing("connection", &message),
            DeskError::NotParked => missing("parked order", &message),
            DeskError::NotHeld => missing("held order", &message),
            DeskError::UnknownSku(_) => missing("item", &message),
            DeskError::NotReadable => precondition("not_readable", "order", &message),
            DeskError::NotOpened(ref cause) => {
                tracing::error!(error = %cause, "what is kept of an order cannot be opened");
                precondition(
                    "not_opened",
                    "order",
                    "what is kept of the order cannot be opened",
                )
            }
            DeskError::HeldChanged => precondition("held_changed", "order", &message),
            DeskError::Refused { reason, detail } => precondition(&reason, "order", &detail),
            DeskError::RequestReused => precondition("request_reused", "act.request_id", &message),
            DeskError::Store(error) => error.into(),
        }
    }
}

/// There is no such thing, and the caller knows its name.
fn missing(kind: &str, message: &str) -> Status {
    let details = ErrorDetails::with_resource_info(kind, "", "", message);
    Status::with_error_details(Code::NotFound, message, details)
}

/// The store's failures: logged here, told without what they say of the inside.
impl From<StoreError> for Status {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Race => {
                tracing::warn!(%error, "a question could not be answered");
                unavailable("the database cannot be used")
            }
            StoreError::Data { ref source, .. } => {
                tracing::error!(%error, %source, "a stored row cannot be read");
                Self::new(Code::Internal, "a stored row cannot be read")
            }
        }
    }
}

/// Why something that is done once was not begun.
impl From<OnceError> for Status {
    fn from(error: OnceError) -> Self {
        match error {
            OnceError::Reused(_) => {
                precondition("request_reused", "act.request_id", &error.to_string())
            }
            OnceError::Store(error) => error.into(),
        }
    }
}

/// Why something is not done at a register.
impl From<RegisterError> for Status {
    fn from(error: RegisterError) -> Self {
        let message = error.to_string();
        match error {
            RegisterError::UnknownRegister => missing("register", &message),
            RegisterError::UnknownSale => missing("sale", &message),
            RegisterError::UnknownConnection => missing("connection", &message),
            RegisterError::UnknownType(_) => bad_field("payment_type", message),
            RegisterError::Count(_) => bad_field("counted", message),
            RegisterError::InFuture(_) => bad_field("paid_at", message),
            RegisterError::Closed => precondition("register_closed", "register", &message),
            RegisterError::Open { number: _ } => {
                precondition("register_open", "register", &message)
            }
            RegisterError::Outside => precondition("outside_session", "paid_at", &message),
            RegisterError::Voided => precondition("sale_voided", "sale", &message),
            RegisterError::TooMuch { amount: _, open: _ } => {
                precondition("exceeds_open_amount", "amount", &message)
            }
            RegisterError::SaleCurrency {
                sale: _,
                payment: _,
            }
            | RegisterError::SessionCurrency {
                session: _,
                payment: _,
            } => precondition("currency_differs", "amount", &message),
            RegisterError::Store(error) => error.into(),
        }
    }
}

/// Why an invoice is not recorded.
impl From<InvoiceError> for Status {
    fn from(error: InvoiceError) -> Self {
        let message = error.to_string();
        match error {
            InvoiceError::UnknownSale => missing("sale", &message),
            InvoiceError::Differs(_) => precondition("invoice_differs", "invoice_id", &message),
            InvoiceError::Refused(InvoiceRefusal::CreditExceedsInvoiced(_)) => {
                precondition("credit_exceeds_invoiced", "lines", &message)
            }
            InvoiceError::Refused(
                InvoiceRefusal::LineTwice(_)
                | InvoiceRefusal::UnknownLine(_)
                | InvoiceRefusal::NotPositive(_)
                | InvoiceRefusal::Quantity(_),
            ) => bad_field("lines", message),
            InvoiceError::Store(error) => error.into(),
        }
    }
}

/// Why nothing is done about a customer.
impl From<PeopleError> for Status {
    fn from(error: PeopleError) -> Self {
        let message = error.to_string();
        match error {
            PeopleError::UnknownCustomer => missing("customer", &message),
            PeopleError::UnknownConnection => missing("connection", &message),
            PeopleError::Guest => precondition("customer_is_guest", "customer", &message),
            PeopleError::Erased => precondition("customer_erased", "customer", &message),
            PeopleError::Merged => precondition("customer_merged", "customer", &message),
            PeopleError::Same => precondition("same_customer", "into_customer_id", &message),
            PeopleError::Store(error) => error.into(),
        }
    }
}

/// Why nothing is done to stock.
impl From<StockError> for Status {
    fn from(error: StockError) -> Self {
        let message = error.to_string();
        match error {
            StockError::UnknownOutlet(_) => missing("outlet", &message),
            StockError::UnknownItem { place: _, item: _ } => missing("item", &message),
            StockError::UnknownTransfer => missing("transfer", &message),
            StockError::UnknownStockTake => missing("stock-take", &message),
            StockError::NoStock { place, item: _ } | StockError::Twice { place, item: _ } => {
                bad_field(&format!("lines[{place}].item"), message)
            }
            StockError::TransferReceived => precondition("transfer_received", "transfer", &message),
            StockError::StockTakeOpen { number: _ } => {
                precondition("stock_take_open", "outlet", &message)
            }
            StockError::StockTakeEnded => precondition("stock_take_ended", "stock-take", &message),
            StockError::Store(error) => error.into(),
        }
    }
}

/// Why nothing is done about handing a sale over.
impl From<FulfilmentError> for Status {
    fn from(error: FulfilmentError) -> Self {
        let message = error.to_string();
        match error {
            FulfilmentError::UnknownSale => missing("sale", &message),
            FulfilmentError::UnknownLine(_) => missing("line", &message),
            FulfilmentError::Twice(_) => bad_field("parts", message),
            FulfilmentError::Voided => precondition("sale_voided", "sale", &message),
            FulfilmentError::TooMuch {
                line: _,
                asked: _,
                most: _,
            }
            | FulfilmentError::Nothing => precondition("exceeds_rest", "parts", &message),
            FulfilmentError::Unpaid => precondition("sale_unpaid", "accept_unpaid", &message),
            FulfilmentError::UpdateWaits => {
                precondition("update_waits", "accept_held_update", &message)
            }
            FulfilmentError::Store(error) => error.into(),
        }
    }
}

/// Why a till's sale is not recorded, or not void.
impl From<TillError> for Status {
    fn from(error: TillError) -> Self {
        let message = error.to_string();
        match error {
            TillError::Empty => bad_field("lines", message),
            TillError::UnknownItem { place: _, item: _ } => missing("item", &message),
            TillError::UnknownCustomer => missing("customer", &message),
            TillError::UnknownSale(_) => missing("sale", &message),
            TillError::UnknownLine {
                place: _,
                sale: _,
                line: _,
            } => missing("line", &message),
            TillError::ItemDeleted { place, item: _ } => {
                precondition("item_deleted", &format!("lines[{place}].item"), &message)
            }
            TillError::NotAProduct { place, item: _ } => {
                bad_field(&format!("lines[{place}].item"), message)
            }
            TillError::LineTwice { place, line: _ } => {
                bad_field(&format!("returns[{place}].line_key"), message)
            }
            TillError::Voided => precondition("sale_voided", "sale", &message),
            TillError::NotAtATill => precondition("not_at_a_till", "sale", &message),
            TillError::Returned => precondition("sale_returned", "sale", &message),
            TillError::Kept(why) => precondition(why.as_str(), "sale", &message),
            TillError::Refused(refusal) => refused(&refusal),
            TillError::Register(error) => error.into(),
            TillError::Store(error) => error.into(),
        }
    }
}

fn refused(refusal: &Refusal) -> Status {
    let message = refusal.to_string();
    match refusal {
        Refusal::Line {
            place: _,
            problem: LineProblem::Money(MoneyError::CurrenciesDiffer { left: _, right: _ }),
        }
        | Refusal::Money(MoneyError::CurrenciesDiffer { left: _, right: _ }) => {
            precondition("currency_differs", "lines", &message)
        }
        Refusal::Line { place, problem: _ } => bad_field(&format!("lines[{place}]"), message),
        Refusal::ReturnExceedsSale {
            place,
            asked: _,
            left: _,
        } => {
            let subject = format!("returns[{place}].quantity");
            precondition("return_exceeds_sale", &subject, &message)
        }
        Refusal::TotalDiffers { lines: _, total: _ } => {
            precondition("total_differs", "total", &message)
        }
        Refusal::PaymentAgainstTotal {
            payment: _,
            total: _,
        }
        | Refusal::PaymentsExceedTotal {
            payments: _,
            total: _,
        }
        | Refusal::NoRest => precondition("payments_do_not_fit", "payments", &message),
        Refusal::NobodysAccount { open: _ } => {
            precondition("customer_needed", "customer", &message)
        }
        Refusal::Money(_) | Refusal::Quantity(_) => bad_field("lines", message),
    }
}

/// Why a kit is not made.
impl From<KitError> for Status {
    fn from(error: KitError) -> Self {
        let message = error.to_string();
        match error {
            KitError::Itself { place } => bad_field(&format!("parts[{place}].item"), message),
            KitError::PartIsKit { place, sku: _ } => {
                precondition("part_is_kit", &format!("parts[{place}].item"), &message)
            }
            KitError::IsPart => precondition("is_part", "item", &message),
            KitError::NoKit => precondition("no_kit", "item", &message),
            KitError::Stock(error) => error.into(),
        }
    }
}

/// Why nothing is done to items.
impl From<RegistryError> for Status {
    fn from(error: RegistryError) -> Self {
        let message = error.to_string();
        match error {
            RegistryError::UnknownItem(_) => missing("item", &message),
            RegistryError::UnknownConnection => missing("connection", &message),
            RegistryError::NotAProduct(_) => bad_field("item_id", message),
            RegistryError::Deleted(item) => {
                precondition("item_deleted", &item.to_string(), &message)
            }
            RegistryError::SkuTaken { sku: _, item } => {
                precondition("sku_taken", &item.to_string(), &message)
            }
            RegistryError::Store(error) => error.into(),
        }
    }
}

/// Why a shop is told of no stock.
impl From<PushableError> for Status {
    fn from(error: PushableError) -> Self {
        let message = error.to_string();
        match error {
            PushableError::UnknownConnection => missing("connection", &message),
            PushableError::UnknownItem(_) => missing("item", &message),
            PushableError::StockInShop => precondition("stock_in_shop", "connection", &message),
            PushableError::Store(error) => error.into(),
        }
    }
}

/// Why a retailer does not get a plan.
impl From<PlanError> for Status {
    fn from(error: PlanError) -> Self {
        let message = error.to_string();
        match error {
            PlanError::UnknownRetailer => missing("retailer", &message),
            PlanError::Store(error) => error.into(),
        }
    }
}

/// Why something is not begun.
impl From<NotEntitled> for Status {
    fn from(error: NotEntitled) -> Self {
        let message = error.to_string();
        match error {
            NotEntitled::NotInPlan { what, plan } => {
                not_in_plan(&what.to_string(), plan.as_str(), &message)
            }
            NotEntitled::Store(error) => error.into(),
        }
    }
}

/// Why nothing is done about a token.
impl From<TokenError> for Status {
    fn from(error: TokenError) -> Self {
        let message = error.to_string();
        match error {
            TokenError::TwoLive => precondition("two_tokens_live", "name", &message),
            TokenError::Unknown => missing("token", &message),
            TokenError::Store(error) => error.into(),
        }
    }
}
