create view bi.audit_answer_without_truth as
select
    reject.reject_id,
    reject.dataset,
    reject.image_name,
    reject.file_name,
    reject.line,
    count(*) over (partition by reject.dataset, reject.image_name) as n_files
from core.reject as reject
where reject.reason_kind = 'unknown image' and reject.kind = 'predictions';

comment on view bi.audit_answer_without_truth is
    'Audit: answers about images that the dataset has no truth for; they were not taken. Grain: one reject_id, which is one (file_name, line).';
comment on column bi.audit_answer_without_truth.image_name is 'Name of the image in the file of answers, without suffix.';
comment on column bi.audit_answer_without_truth.file_name is 'The file of answers, with its folder.';
comment on column bi.audit_answer_without_truth.n_files is 'Answers about this image in all files: the same in every file means that the truth lacks it.';
