-- What was answered to steps of fulfilment held the customer's name (POS-12). Asked again under an old key, a step is
-- still not taken twice; its answer is empty.
update ledger.request set answer = ''
where method in ('Fulfilment.TakeStep', 'Fulfilment.UndoStep');

-- A retailer's customers, the last first.
create index customer_retailer_id_customer_id_idx on ledger.customer (retailer_id, customer_id desc)
    where merged_into is null;
