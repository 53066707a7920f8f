#!/bin/sh
# Run once, when the volume is new: the login of the dashboards, which may read and nothing else.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$IMAGEO_BI_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
create role imageo_reader nologin;
create role imageo_bi login password :'password' in role imageo_reader;
alter role imageo_bi set default_transaction_read_only = on;
SQL
