create view bi.audit_rejected_row as
select
    reject.reject_id,
    reject.dataset,
    reject.kind,
    reject.file_name,
    reject.line,
    reject.reason
from core.reject as reject
where reject.reason_kind <> 'unknown image';

comment on view bi.audit_rejected_row is
    'Audit: rows of files that were not taken for another reason than an unknown image: a second row for the same image, text that is no JSON, coordinates outside the Earth. Grain: one reject_id, which is one (file_name, line).';
comment on column bi.audit_rejected_row.file_name is 'The file, with its folder.';
