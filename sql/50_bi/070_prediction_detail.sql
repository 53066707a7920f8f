create view bi.prediction_detail as
select
    score.score_id as detail_id,
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    score.run_id,
    score.image_id,
    image.image_name,
    prediction.outcome,
    prediction.parse_stage,
    image.country_iso as true_country_iso,
    image.state_code as true_state_code,
    image.city_label as true_city,
    prediction.country as answered_country,
    prediction.state as answered_state,
    prediction.city as answered_city,
    score.confidence,
    score.error_km,
    score.geoscore,
    score.is_country_match,
    score.is_state_match,
    score.is_city_match,
    score.is_contradictory,
    prediction.environment,
    prediction.scene_type,
    prediction.setting,
    image.latitude as true_latitude,
    image.longitude as true_longitude,
    prediction.latitude as answered_latitude,
    prediction.longitude as answered_longitude,
    prediction.input_tokens,
    prediction.output_tokens,
    prediction.latency_ms
from metrics.prediction_score as score
inner join core.run as run on run.run_id = score.run_id
inner join core.image as image on image.image_id = score.image_id
inner join core.prediction as prediction
    on prediction.image_id = score.image_id and prediction.run_id = score.run_id;

comment on view bi.prediction_detail is
    'One answer beside its truth, with every verdict. Grain: one detail_id, which is one (image_id, run_id).';
comment on column bi.prediction_detail.detail_id is 'Unique integer key.';
comment on column bi.prediction_detail.true_country_iso is 'True country, ISO 3166-1 alpha-2.';
comment on column bi.prediction_detail.true_state_code is 'True US state, postal code.';
comment on column bi.prediction_detail.true_city is 'True city as the truth file gives it.';
comment on column bi.prediction_detail.answered_country is 'Country as the model wrote it.';
comment on column bi.prediction_detail.answered_state is 'State as the model wrote it.';
comment on column bi.prediction_detail.answered_city is 'City as the model wrote it.';
comment on column bi.prediction_detail.true_latitude is 'True latitude, degrees, WGS84.';
comment on column bi.prediction_detail.true_longitude is 'True longitude, degrees, WGS84.';
comment on column bi.prediction_detail.answered_latitude is 'Answered latitude, degrees, WGS84.';
comment on column bi.prediction_detail.answered_longitude is 'Answered longitude, degrees, WGS84.';
