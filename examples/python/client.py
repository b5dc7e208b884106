"""A client of the ledger: reads levels, follows sales, records a payment.

`COMPTOIR_TOKEN=... client.py ADDRESS RETAILER COMMAND`, where ADDRESS is host:port and COMMAND is
- `levels`
- `sales TOKEN_FILE COUNT`: the next sales that were recorded or changed, after those that TOKEN_FILE tells of
- `pay RECEIPT_NUMBER AMOUNT REQUEST_ID`
"""

import os
import sys
from decimal import Decimal
from pathlib import Path

import grpc
from google.rpc.error_details_pb2 import PreconditionFailure
from google.type.money_pb2 import Money
from grpc_status import rpc_status

from comptoir.ledger.v1 import registers_pb2, registers_pb2_grpc
from comptoir.ledger.v1 import sale_pb2, sales_pb2, sales_pb2_grpc
from comptoir.ledger.v1 import stock_pb2, stock_pb2_grpc
from comptoir.ledger.v1 import waiting_pb2

# Units of a currency have this many billionths.
NANOS = 1_000_000_000


class Token(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Every call carries a token, as `authorization: Bearer TOKEN`."""

    def __init__(self, token):
        self.header = ("authorization", f"Bearer {token}")

    def intercept_unary_unary(self, call, details, request):
        return call(self.with_token(details), request)

    def intercept_unary_stream(self, call, details, request):
        return call(self.with_token(details), request)

    def with_token(self, details):
        return details._replace(metadata=[*(details.metadata or []), self.header])


def levels(channel, retailer):
    """Every page of a listing: each but the last tells where the next one begins."""
    stock = stock_pb2_grpc.StockStub(channel)
    request = stock_pb2.ListLevelsRequest(retailer_id=retailer, page_size=10)
    while True:
        page = stock.ListLevels(request)
        for level in page.levels:
            print(level.sku, level.outlet_name, level.on_hand.value, sep="\t")
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def sales(channel, retailer, token_file, count):
    """Follows sales from where it stopped before.

    The token is kept after the sale was dealt with: a reader that is killed in between gets the sale again, and
    never misses one.
    """
    token_file = Path(token_file)
    request = sales_pb2.StreamSalesRequest(
        retailer_id=retailer,
        resume_token=token_file.read_text() if token_file.exists() else "",
        follow=True,
    )
    stream = sales_pb2_grpc.SalesStub(channel).StreamSales(request)
    for _, following in zip(range(int(count)), stream):
        sale = following.sale
        print(sale.receipt_number, sale_pb2.Balance.Name(sale.balance), amount_of(sale.total), sep="\t")
        token_file.write_text(following.resume_token)
    stream.cancel()


def pay(channel, retailer, receipt_number, amount, request_id):
    """Records a bank transfer.

    Asked again with the same request id, nothing is recorded a second time, so that a caller without an answer can
    ask until it has one.
    """
    request = sales_pb2.GetSaleRequest(retailer_id=retailer, receipt_number=receipt_number)
    sale = sales_pb2_grpc.SalesStub(channel).GetSale(request).sale
    request = registers_pb2.ApplyPaymentRequest(
        retailer_id=retailer,
        sale_id=sale.sale_id,
        payment_type="bank-transfer",
        amount=money(amount, sale.total.currency_code),
        act=waiting_pb2.Act(request_id=request_id, actor="the example"),
    )
    paid = registers_pb2_grpc.PaymentsStub(channel).ApplyPayment(request)
    balance = sale_pb2.Balance.Name(paid.balance)
    print(paid.payment.payment_id, balance, amount_of(paid.received), sep="\t")


def told(error):
    """What programs can go by is in the details: here the type of a precondition, as `register_closed`."""
    status = rpc_status.from_call(error)
    failure = PreconditionFailure()
    for detail in status.details if status else []:
        if detail.Unpack(failure):
            return f"{failure.violations[0].type}: {failure.violations[0].description}"
    return f"{error.code().name}: {error.details()}"


def money(text, currency):
    """Never by floating point numbers: `12.5` is 12 units and 500,000,000 billionths."""
    units, rest = divmod(Decimal(text), 1)
    return Money(currency_code=currency, units=int(units), nanos=int(rest * NANOS))


def amount_of(value):
    return f"{value.units}.{abs(value.nanos) // (NANOS // 100):02} {value.currency_code}"


def main():
    address, retailer, command, *rest = sys.argv[1:]
    commands = {"levels": levels, "sales": sales, "pay": pay}
    with grpc.insecure_channel(address) as plain:
        channel = grpc.intercept_channel(plain, Token(os.environ["COMPTOIR_TOKEN"]))
        try:
            commands[command](channel, retailer, *rest)
        except grpc.RpcError as error:
            sys.exit(told(error))


if __name__ == "__main__":
    main()
