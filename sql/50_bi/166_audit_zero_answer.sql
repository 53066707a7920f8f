create view bi.audit_zero_answer as
select
    prediction.image_id,
    prediction.run_id,
    run.dataset,
    run.run_label,
    image.image_name,
    prediction.country as answered_country,
    prediction.city as answered_city,
    prediction.confidence,
    prediction.outcome
from core.prediction as prediction
inner join core.run as run on run.run_id = prediction.run_id
inner join core.image as image on image.image_id = prediction.image_id
where prediction.is_placeholder;

comment on view bi.audit_zero_answer is
    'Audit: answers of exactly (0, 0), a point in the Gulf of Guinea that stands for "I do not know". Grain: one (image_id, run_id).';
comment on column bi.audit_zero_answer.answered_country is 'Country as the model wrote it.';
comment on column bi.audit_zero_answer.answered_city is 'City as the model wrote it.';
