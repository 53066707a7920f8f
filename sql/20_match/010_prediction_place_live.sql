create view match.prediction_place_live as
select
    prediction.image_id,
    prediction.run_id,
    core.country_at(prediction.location) as country_iso,
    core.admin1_at(prediction.location) as admin1_code,
    core.us_state_at(prediction.location) as state_code
from core.prediction as prediction
where prediction.is_located;

comment on view match.prediction_place_live is
    'Regions that the answered point lies in, or lies within 10 km of: the definition of the cache that match.prediction_place reads. Grain: one (image_id, run_id) that has a point.';
comment on column match.prediction_place_live.image_id is 'Key of the image.';
comment on column match.prediction_place_live.run_id is 'Key of the run.';
comment on column match.prediction_place_live.country_iso is 'ISO 3166-1 alpha-2 code of the country; NULL at sea.';
comment on column match.prediction_place_live.admin1_code is 'Code of the first-level administrative region; NULL at sea.';
comment on column match.prediction_place_live.state_code is 'Postal code of the US state; NULL outside the US.';
