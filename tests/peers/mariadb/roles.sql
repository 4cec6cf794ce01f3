create user writer@'127.0.0.1' identified by 'writer-pass-1';
create user reader@'127.0.0.1' identified by 'reader-pass-1';
grant select, insert, update, delete on crm.* to writer@'127.0.0.1';
grant select on crm.* to reader@'127.0.0.1';
