create view metrics.prediction_score_live as
select
    prediction.image_id,
    prediction.run_id,
    prediction.version,
    prediction.is_answered,
    prediction.is_located,
    prediction.country is not null as is_country_named,
    prediction.state is not null as is_state_named,
    prediction.city is not null as is_city_named,
    prediction.confidence,
    error.error_km,
    error.error_haversine_km,
    country.is_match_strict as is_country_match_strict,
    country.is_match as is_country_match,
    country.is_match_place as is_country_match_place,
    state.is_match_strict as is_state_match_strict,
    state.is_match as is_state_match,
    state.is_match_place as is_state_match_place,
    city.is_match_strict as is_city_match_strict,
    city.is_match_normalised as is_city_match_normalised,
    city.is_match as is_city_match,
    city.is_match_locality as is_city_match_locality,
    country.name_iso as country_name_iso,
    country.place_iso as country_place_iso,
    contradiction.is_contradictory
from core.prediction as prediction
inner join match.prediction_country as country
    on country.image_id = prediction.image_id and country.run_id = prediction.run_id
inner join match.prediction_state as state
    on state.image_id = prediction.image_id and state.run_id = prediction.run_id
inner join match.prediction_city as city
    on city.image_id = prediction.image_id and city.run_id = prediction.run_id
inner join match.prediction_contradiction as contradiction
    on contradiction.image_id = prediction.image_id and contradiction.run_id = prediction.run_id
left join metrics.prediction_error as error
    on error.image_id = prediction.image_id and error.run_id = prediction.run_id;

comment on view metrics.prediction_score_live is
    'Every measure of one answer: the definition of the cache that metrics.prediction_score reads. Grain: one (image_id, run_id).';
comment on column metrics.prediction_score_live.image_id is 'Key of the image.';
comment on column metrics.prediction_score_live.run_id is 'Key of the run.';
comment on column metrics.prediction_score_live.version is 'Which version of the answer was scored.';
comment on column metrics.prediction_score_live.is_answered is
    'The model gave an answer, with or without coordinates.';
comment on column metrics.prediction_score_live.is_located is 'The answer has usable coordinates.';
comment on column metrics.prediction_score_live.is_country_named is 'The answer names a country.';
comment on column metrics.prediction_score_live.is_state_named is 'The answer names a state.';
comment on column metrics.prediction_score_live.is_city_named is 'The answer names a city.';
comment on column metrics.prediction_score_live.confidence is 'The model''s own confidence, 1 to 5.';
comment on column metrics.prediction_score_live.error_km is
    'WGS84 geodesic distance to the true point, kilometres; NULL without coordinates.';
comment on column metrics.prediction_score_live.error_haversine_km is
    'Great-circle distance on a sphere of 6,371 km, kilometres; NULL without coordinates.';
comment on column metrics.prediction_score_live.is_country_match_strict is
    'Country equal in lower case; NULL where either is missing. See match.prediction_country.';
comment on column metrics.prediction_score_live.is_country_match is
    'The written country is the true one; NULL where the true one is unknown.';
comment on column metrics.prediction_score_live.is_country_match_place is
    'The answered point lies in the true country; NULL where the true one is unknown.';
comment on column metrics.prediction_score_live.is_state_match_strict is
    'State equal as postal code or in upper case; NULL where either is missing. See match.prediction_state.';
comment on column metrics.prediction_score_live.is_state_match is
    'The written state is the true one; NULL where the image has no state.';
comment on column metrics.prediction_score_live.is_state_match_place is
    'The answered point lies in the true state; NULL where the image has no state.';
comment on column metrics.prediction_score_live.is_city_match_strict is
    'City equal in lower case; NULL where either is missing. See match.prediction_city.';
comment on column metrics.prediction_score_live.is_city_match_normalised is
    'City equal after normalising; NULL where the image has no city label.';
comment on column metrics.prediction_score_live.is_city_match is
    'City equal after normalising, or the same GeoNames place; NULL where the image has no city label.';
comment on column metrics.prediction_score_live.is_city_match_locality is
    'City the same, or a place of the written name within 10 km; NULL where the image has no city label.';
comment on column metrics.prediction_score_live.country_name_iso is
    'ISO 3166-1 alpha-2 code of the country that the model wrote.';
comment on column metrics.prediction_score_live.country_place_iso is
    'ISO 3166-1 alpha-2 code of the country that the answered point lies in.';
comment on column metrics.prediction_score_live.is_contradictory is
    'The written country and the answered point disagree; NULL where either is missing.';
