create view match.prediction_place as
select
    prediction_place.image_id,
    prediction_place.run_id,
    prediction_place.country_iso,
    prediction_place.admin1_code,
    prediction_place.state_code
from data.prediction_place as prediction_place;

comment on view match.prediction_place is
    'Regions that the answered point lies in, or lies within 10 km of, from the cache. Grain: one (image_id, run_id) that has a point.';
