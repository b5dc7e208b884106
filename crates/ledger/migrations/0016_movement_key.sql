-- What a movement adds and when it was booked stand in the key that finds the movements of an item, so that they are
-- added up (R-3, R-7) without their rows, which lie far apart.
alter table ledger.stock_movement
    add constraint stock_movement_of_item_key unique (item_id, outlet_id, movement_id)
        include (quantity_milli, recorded_at),
    drop constraint stock_movement_item_id_outlet_id_movement_id_key;
alter table ledger.stock_movement rename constraint stock_movement_of_item_key
    to stock_movement_item_id_outlet_id_movement_id_key;
