create view bi.audit_uneven_count as
select
    counted.run_id,
    run.dataset,
    run.run_label,
    counted.n_images,
    usual.n_images_usual,
    counted.n_images - usual.n_images_usual as n_more,
    usual.n_runs
from (
    select
        prediction.run_id,
        count(*) as n_images
    from core.prediction as prediction
    group by prediction.run_id
) as counted
inner join core.run as run on run.run_id = counted.run_id
inner join (
    select
        sibling.dataset_id,
        count(*) as n_runs,
        mode() within group (order by answered.n_images desc) as n_images_usual
    from core.run as sibling
    inner join (
        select
            prediction.run_id,
            count(*) as n_images
        from core.prediction as prediction
        group by prediction.run_id
    ) as answered on answered.run_id = sibling.run_id
    group by sibling.dataset_id
) as usual on usual.dataset_id = run.dataset_id
where counted.n_images <> usual.n_images_usual;

comment on view bi.audit_uneven_count is
    'Audit: runs that have a row for more or fewer images than most runs of their dataset: a file cut short, or another selection. Grain: one run_id.';
comment on column bi.audit_uneven_count.n_images is 'Images that the run has a row for, whatever the outcome.';
comment on column bi.audit_uneven_count.n_images_usual is 'The count that most runs of the dataset have; of two equally frequent ones the larger.';
comment on column bi.audit_uneven_count.n_more is 'n_images less n_images_usual.';
comment on column bi.audit_uneven_count.n_runs is 'Runs of the dataset.';
