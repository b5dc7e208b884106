-- What shops ask on behalf of people is answered, and what is erased is kept nowhere.

-- Once it is answered nothing is left of what it says of whom.
alter table privacy_request alter column sealed_body drop not null;
alter table privacy_request
    add column answered_at timestamptz,
    add column answer text,
    -- Who answered it; null when nobody had to.
    add column answered_by text,
    add constraint privacy_request_answer_check
        check (answer in ('exported', 'erased', 'nothing_held', 'linked_again')),
    add constraint privacy_request_answered_check
        check ((answered_at is null) = (answer is null) and (answered_at is null) = (sealed_body is not null));

-- Orders of people who were erased: no delivery of theirs is archived.
create table erased_order (
    connection_id uuid not null,
    shop_order_id text collate "C" not null,
    erased_at timestamptz not null,
    constraint erased_order_pkey primary key (connection_id, shop_order_id)
);
