create view bi.audit_repeated_point as
select
    run.dataset,
    point.run_id,
    run.run_label,
    point.latitude,
    point.longitude,
    point.answered_city,
    point.answered_country,
    point.n_images,
    point.n_images::double precision / point.n_located as share_of_located,
    point.n_correct_200km,
    point.n_true_countries
from (
    select
        prediction.run_id,
        prediction.latitude,
        prediction.longitude,
        mode() within group (order by prediction.city) as answered_city,
        mode() within group (order by prediction.country) as answered_country,
        count(*) as n_images,
        count(*) filter (where score.error_km <= 200) as n_correct_200km,
        count(distinct image.country_iso) as n_true_countries,
        sum(count(*)) over (partition by prediction.run_id) as n_located
    from core.prediction as prediction
    inner join core.image as image on image.image_id = prediction.image_id
    left join metrics.prediction_score as score
        on score.image_id = prediction.image_id and score.run_id = prediction.run_id
    where prediction.is_located
    group by prediction.run_id, prediction.latitude, prediction.longitude
) as point
inner join core.run as run on run.run_id = point.run_id
where point.n_images >= 5
    and 100 * point.n_images >= point.n_located
    and 2 * point.n_correct_200km < point.n_images;

comment on view bi.audit_repeated_point is
    'Audit: one point that a run gives for many images, at least 5 and 1 % of those it locates, and is wrong by more than 200 km for most of them: an example of the prompt, a default, a favourite. Grain: one (run_id, latitude, longitude).';
comment on column bi.audit_repeated_point.latitude is 'Answered latitude, degrees, WGS84.';
comment on column bi.audit_repeated_point.longitude is 'Answered longitude, degrees, WGS84.';
comment on column bi.audit_repeated_point.answered_city is 'City that the model wrote most often with it.';
comment on column bi.audit_repeated_point.answered_country is 'Country that the model wrote most often with it.';
comment on column bi.audit_repeated_point.n_images is 'Images that the run gives this point for.';
comment on column bi.audit_repeated_point.share_of_located is 'n_images of the answers with coordinates.';
comment on column bi.audit_repeated_point.n_correct_200km is 'Of n_images, those whose true place is at most 200 km away.';
comment on column bi.audit_repeated_point.n_true_countries is 'Countries that those images are truly from.';
