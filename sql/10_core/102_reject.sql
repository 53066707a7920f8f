create view core.reject as
select
    row_number() over (order by reject.file_name, reject.line) as reject_id,
    reject.file_name,
    reject.line,
    reject.reason,
    split_part(reject.reason, ': ', 1) as reason_kind,
    coalesce(
        substring(reject.reason from '^unknown image: .+ is not in dataset (.+)$'),
        ingest.dataset
    ) as dataset,
    substring(reject.reason from '^unknown image: [''"](.+)[''"] is not in dataset .+$') as image_name,
    reject.raw,
    reject.ingest_id,
    ingest.kind,
    reject.created_at
from data.reject as reject
inner join core.ingest as ingest on ingest.ingest_id = reject.ingest_id;

comment on view core.reject is
    'Rows of files that were not taken, as of the last reading of the file. Grain: one reject_id, which is one (file_name, line).';
comment on column core.reject.reject_id is 'Unique integer key; not kept when files are read again.';
comment on column core.reject.line is 'Line of the file, or row of a table that has no lines; from 1.';
comment on column core.reject.reason is 'Why the row was not taken.';
comment on column core.reject.reason_kind is 'Why the row was not taken, without what is particular to it.';
comment on column core.reject.dataset is 'Name of the dataset that it was read for; NULL where that cannot be told.';
comment on column core.reject.image_name is 'Name of the image that the dataset does not have; NULL for other reasons.';
comment on column core.reject.raw is 'The row as it stands in the file, first 10,000 characters.';
