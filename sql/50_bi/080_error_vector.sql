create view bi.error_vector as
select
    score.score_id as vector_id,
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    score.run_id,
    score.image_id,
    image.image_name,
    score.confidence,
    score.error_km,
    image.latitude as true_latitude,
    image.longitude as true_longitude,
    prediction.latitude as answered_latitude,
    prediction.longitude as answered_longitude,
    st_makeline(image.location, prediction.location)::geometry(linestring, 4326) as geometry
from metrics.prediction_score as score
inner join core.run as run on run.run_id = score.run_id
inner join core.image as image on image.image_id = score.image_id
inner join core.prediction as prediction
    on prediction.image_id = score.image_id and prediction.run_id = score.run_id
where score.is_located;

comment on view bi.error_vector is
    'Lines from the true to the answered point. Grain: one vector_id, which is one (image_id, run_id) with coordinates.';
comment on column bi.error_vector.vector_id is 'Unique integer key.';
comment on column bi.error_vector.true_latitude is 'True latitude, degrees, WGS84.';
comment on column bi.error_vector.true_longitude is 'True longitude, degrees, WGS84.';
comment on column bi.error_vector.answered_latitude is 'Answered latitude, degrees, WGS84.';
comment on column bi.error_vector.answered_longitude is 'Answered longitude, degrees, WGS84.';
comment on column bi.error_vector.geometry is
    'Straight line in degrees, WGS84, from the true to the answered point; error_km is measured along the geodesic instead.';
