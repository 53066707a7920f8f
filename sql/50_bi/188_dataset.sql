create view bi.dataset as
select
    dataset.dataset_id,
    dataset.dataset,
    dataset.title,
    dataset.licence,
    dataset.source,
    counted.n_images,
    counted.n_countries,
    asked.n_runs,
    asked.n_models,
    dataset.last_change_at
from core.dataset as dataset
cross join lateral (
    select
        count(*) as n_images,
        count(distinct image.country_iso) as n_countries
    from core.image as image
    where image.dataset_id = dataset.dataset_id
) as counted
cross join lateral (
    select
        count(*) as n_runs,
        count(distinct run.model_id) as n_models
    from core.run as run
    where run.dataset_id = dataset.dataset_id
) as asked;

comment on view bi.dataset is 'What is measured on: every set of images, its licence and size. Grain: one dataset_id.';
comment on column bi.dataset.dataset is 'Short name, as on the command line.';
comment on column bi.dataset.n_images is 'Images with a known place.';
comment on column bi.dataset.n_countries is 'Countries in which they were taken.';
comment on column bi.dataset.n_runs is 'Runs over it, those without an answer too.';
comment on column bi.dataset.n_models is 'Models that were asked.';
