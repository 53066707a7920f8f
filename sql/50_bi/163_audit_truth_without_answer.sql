create view bi.audit_truth_without_answer as
select
    image.image_id,
    image.dataset,
    image.image_name,
    image.latitude,
    image.longitude,
    image.country_label,
    image.city_label,
    asked.n_runs
from core.image as image
inner join (
    select
        run.dataset_id,
        count(*) as n_runs
    from core.run as run
    group by run.dataset_id
) as asked on asked.dataset_id = image.dataset_id
where not exists (
    select 1
    from core.prediction as prediction
    where prediction.image_id = image.image_id
);

comment on view bi.audit_truth_without_answer is
    'Audit: images with a truth that no run of their dataset was asked about; datasets without any run are left out. Grain: one image_id.';
comment on column bi.audit_truth_without_answer.n_runs is 'Runs of the dataset, none of which has a row for the image.';
comment on column bi.audit_truth_without_answer.latitude is 'True latitude, degrees, WGS84.';
comment on column bi.audit_truth_without_answer.longitude is 'True longitude, degrees, WGS84.';
