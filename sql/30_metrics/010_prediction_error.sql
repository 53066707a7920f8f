create view metrics.prediction_error as
select
    prediction.image_id,
    prediction.run_id,
    functions.geodesic_km(image.location, prediction.location) as error_km,
    functions.haversine_km(image.location, prediction.location) as error_haversine_km
from core.prediction as prediction
inner join core.image as image on image.image_id = prediction.image_id
where prediction.is_located;

comment on view metrics.prediction_error is
    'Distance from the answered to the true point. Grain: one (image_id, run_id) that has a point.';
comment on column metrics.prediction_error.image_id is 'Key of the image.';
comment on column metrics.prediction_error.run_id is 'Key of the run.';
comment on column metrics.prediction_error.error_km is 'WGS84 geodesic distance, kilometres.';
comment on column metrics.prediction_error.error_haversine_km is
    'Great-circle distance on a sphere of 6,371 km, kilometres: for comparison with published tables.';
