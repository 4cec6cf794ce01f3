create role writer login password 'writer-pass-1';
create role reader login password 'reader-pass-1';
grant select, insert, update, delete on all tables in schema public to writer;
grant usage on all sequences in schema public to writer;
grant select on all tables in schema public to reader;
alter role writer set statement_timeout = '10s';
