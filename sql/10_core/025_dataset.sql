create view core.dataset as
select
    dataset.dataset_id,
    dataset.name as dataset,
    dataset.title,
    dataset.licence,
    dataset.source,
    greatest(
        dataset.created_at,
        (
            select max(prediction.created_at)
            from data.run as run
            inner join data.prediction as prediction on prediction.run_id = run.run_id
            where run.dataset_id = dataset.dataset_id
        ),
        -- A file does not name its dataset, and regions are everyone's: any that brought something counts.
        (
            select max(ingest.created_at)
            from data.ingest as ingest
            where ingest.kind in ('truth', 'regions') and ingest.n_new + ingest.n_changed > 0
        ),
        (select max(deployment.created_at) from data.deployment as deployment)
    ) as last_change_at
from data.dataset as dataset;

comment on view core.dataset is 'A named set of images with known places. Grain: one dataset_id.';
comment on column core.dataset.dataset_id is 'Key of the dataset.';
comment on column core.dataset.dataset is 'Short name, as on the command line.';
comment on column core.dataset.title is 'Name in full.';
comment on column core.dataset.licence is 'Licence of the images or labels, as far as known.';
comment on column core.dataset.source is 'Where the set comes from.';
comment on column core.dataset.last_change_at is
    'When its images, its answers, the regions or the definition of the scores last changed: what was computed before may be out of date.';
