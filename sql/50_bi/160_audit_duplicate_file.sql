create view bi.audit_duplicate_file as
select
    reading.ingest_id,
    reading.dataset,
    reading.kind,
    reading.file_name,
    reading.first_file_name,
    reading.n_new,
    reading.n_unchanged,
    reading.n_rejected,
    reading.file_digest,
    reading.created_at
from (
    select
        ingest.ingest_id,
        ingest.dataset,
        ingest.kind,
        ingest.file_name,
        first_value(ingest.file_name) over same_content as first_file_name,
        ingest.n_new,
        ingest.n_unchanged,
        ingest.n_rejected,
        ingest.file_digest,
        ingest.created_at,
        row_number() over (partition by ingest.file_digest, ingest.file_name order by ingest.ingest_id) as reading
    from core.ingest as ingest
    window same_content as (partition by ingest.file_digest order by ingest.ingest_id)
) as reading
where reading.reading = 1 and reading.file_name <> reading.first_file_name;

comment on view bi.audit_duplicate_file is
    'Audit: files that are, byte for byte, a file read before under another name. A file that was moved shows here, too. Grain: one ingest_id.';
comment on column bi.audit_duplicate_file.file_name is 'The later file, with its folder.';
comment on column bi.audit_duplicate_file.first_file_name is 'The file of the same content that was read first.';
comment on column bi.audit_duplicate_file.n_new is 'Rows that were new: above 0 where the copy was read as another model or dataset.';
