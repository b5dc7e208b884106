-- What people decide about a connection, and what waits because of it.

alter table connection
    -- Where its orders are booked; null until somebody chose: they wait.
    add column register_id uuid,
    -- False: what the shop tells is kept, and applied when somebody asks (SH-1).
    add column automatic_updates boolean not null default true,
    -- Null: as the platform has it.
    add column order_updates text,
    add column stock_at text not null default 'order',
    -- Of each item, what is kept back from the shop.
    add column channel_buffer_milli bigint not null default 0,
    -- When a person decided last; null while the seed file alone does.
    add column settings_changed_at timestamptz,
    -- What came before it is applied, also while updates are not automatic.
    add column applied_to timestamptz,
    -- When somebody asked for new orders and the shop has not been asked since.
    add column new_asked_at timestamptz,
    -- Grows with every change of what other services are told of it.
    add column version bigint not null default 0,
    add constraint connection_order_updates_check check (order_updates in ('apply', 'ask')),
    add constraint connection_stock_at_check check (stock_at in ('order', 'invoice')),
    add constraint connection_channel_buffer_milli_check check (channel_buffer_milli >= 0);

-- When the shop was linked first: what changed before it does not sync by itself (WC-2).
alter table poll add column followed_from timestamptz;
update poll set followed_from = c.created_at from connection c where c.connection_id = poll.connection_id;
alter table poll alter column followed_from set not null;

-- Deliveries that came while updates were not automatic, sealed, as they stood in the inbox.
create table kept_delivery (
    connection_id uuid not null,
    delivery_id text collate "C" not null,
    received_at timestamptz not null,
    message bytea not null,
    constraint kept_delivery_pkey primary key (connection_id, delivery_id),
    constraint kept_delivery_connection_id_fkey
        foreign key (connection_id) references connection (connection_id)
);

create index kept_delivery_received_at_idx on kept_delivery (connection_id, received_at);
