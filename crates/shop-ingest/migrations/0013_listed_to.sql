-- Everything that changed before this instant of our clock is in the inbox, but for what the shop lists late: when the last
-- listing that came to its end began. Null: none has.
alter table poll add column listed_to timestamptz;
