create view bias.regression_panel as
select
    score.score_id,
    run.dataset_id,
    score.run_id,
    run.model_id,
    score.image_id,
    scene.environment,
    scene.scene_type,
    scene.setting,
    scene.is_landmark_named,
    score.is_located,
    score.is_country_named,
    score.is_state_named,
    score.is_city_named,
    score.is_country_match,
    score.is_state_match,
    score.is_city_match,
    score.is_country_match_strict,
    score.is_state_match_strict,
    score.is_city_match_strict,
    score.error_km,
    sqrt(
        power(prediction.latitude - image.latitude, 2) + power(prediction.longitude - image.longitude, 2)
    ) as error_planar_degrees
from metrics.prediction_score as score
inner join core.run as run on run.run_id = score.run_id
inner join core.image as image on image.image_id = score.image_id
inner join core.prediction as prediction
    on prediction.image_id = score.image_id and prediction.run_id = score.run_id
inner join bias.prediction_scene as scene
    on scene.image_id = score.image_id and scene.run_id = score.run_id;

comment on view bias.regression_panel is
    'What the regressions read: how the model describes the picture beside how well it placed it. Grain: one (image_id, run_id).';
comment on column bias.regression_panel.error_planar_degrees is
    'Distance in degrees as if latitude and longitude were a plane, and without the antimeridian: the outcome of IMAGEO-Bench''s own regression, for comparison only; NULL without coordinates.';
comment on column bias.regression_panel.environment is 'indoor, outdoor, mixed or other; NULL where the model says nothing. See functions.scene_environment.';
comment on column bias.regression_panel.scene_type is 'street, building, scenery, interior, mixed or other; NULL where the model says nothing. See functions.scene_type.';
comment on column bias.regression_panel.setting is 'urban, suburban, rural, natural, mixed or other; NULL where the model says nothing. See functions.scene_setting.';
