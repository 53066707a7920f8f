-- Equal texts give equal points: only pairs of runs with many equal points are compared to the letter.
create view bi.audit_twin_run as
with located as materialized (
    select
        prediction.image_id,
        prediction.run_id,
        prediction.latitude,
        prediction.longitude
    from core.prediction as prediction
    where prediction.is_located
),

counted as (
    select
        located.run_id,
        count(*) as n_located
    from located
    group by located.run_id
),

pair as (
    select
        one.run_id,
        other.run_id as other_run_id,
        count(*) as n_equal_points
    from located as one
    inner join located as other
        on other.image_id = one.image_id
        and other.latitude = one.latitude
        and other.longitude = one.longitude
        and other.run_id > one.run_id
    group by one.run_id, other.run_id
)

select
    run.dataset,
    pair.run_id,
    pair.other_run_id,
    run.run_label,
    other.run_label as other_run_label,
    least(n_one.n_located, n_other.n_located) as n_located,
    pair.n_equal_points,
    pair.n_equal_points::double precision / least(n_one.n_located, n_other.n_located) as share_equal_points,
    letter.n_equal_texts,
    run.model_id = other.model_id as is_same_model
from pair
inner join counted as n_one on n_one.run_id = pair.run_id
inner join counted as n_other on n_other.run_id = pair.other_run_id
inner join core.run as run on run.run_id = pair.run_id
inner join core.run as other on other.run_id = pair.other_run_id
cross join lateral (
    select count(*) filter (where one.raw_response = two.raw_response and one.is_located) as n_equal_texts
    from core.prediction as one
    inner join core.prediction as two on two.image_id = one.image_id
    where one.run_id = pair.run_id and two.run_id = pair.other_run_id
) as letter
where pair.n_equal_points >= 5
    and 2 * pair.n_equal_points > least(n_one.n_located, n_other.n_located)
    -- The same answers read in two ways on purpose.
    and not (run.model_id = other.model_id and 'as published' in (run.variant, other.variant));

comment on view bi.audit_twin_run is
    'Audit: two runs that give the very same point for more than half of their images, 5 or more: one file under two names, or answers from a cache. A model read as published beside our own reading is left out. Grain: one (run_id, other_run_id).';
comment on column bi.audit_twin_run.other_run_id is 'Key of the other run.';
comment on column bi.audit_twin_run.other_run_label is 'Model, variant and repeat of the other run.';
comment on column bi.audit_twin_run.n_located is 'Answers with coordinates of the run that has fewer.';
comment on column bi.audit_twin_run.n_equal_points is 'Images for which both give the same coordinates, to the last digit.';
comment on column bi.audit_twin_run.share_equal_points is 'n_equal_points of n_located.';
comment on column bi.audit_twin_run.n_equal_texts is 'Located answers that are equal to the letter; 0 where the files hold no text.';
comment on column bi.audit_twin_run.is_same_model is 'Both are runs of one model: repeats, or two labels.';
