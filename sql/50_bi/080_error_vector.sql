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
    image.country_iso as true_country_iso,
    coalesce(truth.name, image.country_label) as true_country,
    image.city_label as true_city,
    prediction.country as answered_country,
    prediction.state as answered_state,
    prediction.city as answered_city,
    score.country_place_iso as place_country_iso,
    place.name as place_country,
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
left join core.region as truth on truth.level = 'country' and truth.code = image.country_iso
left join core.region as place on place.level = 'country' and place.code = score.country_place_iso
where score.is_located;

comment on view bi.error_vector is
    'Lines from the true to the answered point. Grain: one vector_id, which is one (image_id, run_id) with coordinates.';
comment on column bi.error_vector.vector_id is 'Unique integer key.';
comment on column bi.error_vector.true_country_iso is 'True country, ISO 3166-1 alpha-2: by the point, else by the label.';
comment on column bi.error_vector.true_country is
    'English short name of the true country; the label of the truth file where it means no known country.';
comment on column bi.error_vector.true_city is 'True city as the truth file gives it.';
comment on column bi.error_vector.answered_country is 'Country as the model wrote it.';
comment on column bi.error_vector.answered_state is 'State as the model wrote it.';
comment on column bi.error_vector.answered_city is 'City as the model wrote it.';
comment on column bi.error_vector.place_country_iso is
    'Country that the answered point lies in, ISO 3166-1 alpha-2; NULL at sea. It need not be the country that the model wrote.';
comment on column bi.error_vector.place_country is
    'English short name of the country that the answered point lies in; NULL at sea.';
comment on column bi.error_vector.true_latitude is 'True latitude, degrees, WGS84.';
comment on column bi.error_vector.true_longitude is 'True longitude, degrees, WGS84.';
comment on column bi.error_vector.answered_latitude is 'Answered latitude, degrees, WGS84.';
comment on column bi.error_vector.answered_longitude is 'Answered longitude, degrees, WGS84.';
comment on column bi.error_vector.geometry is
    'Straight line in degrees, WGS84, from the true to the answered point; error_km is measured along the geodesic instead.';
