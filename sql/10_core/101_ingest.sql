-- A file does not name its dataset. It brought what was made in the same transaction, at the very same time; what only
-- one dataset can have brought is told, anything else is left open. The same content belongs to the same dataset.
create view core.ingest as
select
    ingest.ingest_id,
    ingest.kind,
    ingest.file_name,
    ingest.file_digest,
    ingest.n_new,
    ingest.n_changed,
    ingest.n_unchanged,
    ingest.n_rejected,
    ingest.created_at,
    origin.dataset
from data.ingest as ingest
left join (
    select
        reading.file_digest,
        min(dataset.name) as dataset
    from data.ingest as reading
    inner join (
        select
            'predictions' as kind,
            run.dataset_id,
            run.created_at
        from data.run as run
        union
        select
            'truth' as kind,
            made.dataset_id,
            made.created_at
        from data.dataset as made
    ) as beginning
        on beginning.kind = reading.kind
        and beginning.created_at = reading.created_at
    inner join data.dataset as dataset on dataset.dataset_id = beginning.dataset_id
    group by reading.file_digest
    having count(distinct dataset.dataset_id) = 1
) as origin on origin.file_digest = ingest.file_digest;

comment on view core.ingest is 'What was read and when. Grain: one ingest_id.';
comment on column core.ingest.ingest_id is 'Key of the reading.';
comment on column core.ingest.kind is 'truth, predictions or regions.';
comment on column core.ingest.file_name is 'The file that was read, with its folder.';
comment on column core.ingest.file_digest is 'SHA-256 of the file as read.';
comment on column core.ingest.n_new is 'Rows that were new.';
comment on column core.ingest.n_changed is 'Rows that had changed.';
comment on column core.ingest.n_unchanged is 'Rows that were known already.';
comment on column core.ingest.n_rejected is 'Rows that were not taken.';
comment on column core.ingest.created_at is 'When the file was read.';
comment on column core.ingest.dataset is
    'Name of the dataset or of the dataset of the runs that this content brought first; NULL where that cannot be told.';
