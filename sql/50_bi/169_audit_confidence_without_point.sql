create view bi.audit_confidence_without_point as
select
    prediction.image_id,
    prediction.run_id,
    run.dataset,
    run.run_label,
    image.image_name,
    prediction.confidence,
    prediction.outcome,
    prediction.is_placeholder,
    prediction.country as answered_country,
    prediction.city as answered_city
from core.prediction as prediction
inner join core.run as run on run.run_id = prediction.run_id
inner join core.image as image on image.image_id = prediction.image_id
where prediction.confidence is not null and not prediction.is_located;

comment on view bi.audit_confidence_without_point is
    'Audit: answers that state a confidence and give no usable coordinates. Grain: one (image_id, run_id).';
comment on column bi.audit_confidence_without_point.answered_country is 'Country as the model wrote it.';
comment on column bi.audit_confidence_without_point.answered_city is 'City as the model wrote it.';
