create view bias.prediction_scene as
select
    prediction.image_id,
    prediction.run_id,
    functions.scene_environment(prediction.environment) as environment,
    functions.scene_type(prediction.scene_type) as scene_type,
    functions.scene_setting(prediction.setting) as setting,
    functions.is_landmark_named(
        nullif(btrim(prediction.reasoning ->> 'landmark_recognition'), '')
    ) as is_landmark_named
from core.prediction as prediction;

comment on view bias.prediction_scene is
    'How the model describes the picture, its words brought to a few. Grain: one (image_id, run_id).';
comment on column bias.prediction_scene.environment is 'indoor, outdoor, mixed or other; NULL where the model says nothing. See functions.scene_environment.';
comment on column bias.prediction_scene.scene_type is 'street, building, scenery, interior, mixed or other; NULL where the model says nothing. See functions.scene_type.';
comment on column bias.prediction_scene.setting is 'urban, suburban, rural, natural, mixed or other; NULL where the model says nothing. See functions.scene_setting.';
comment on column bias.prediction_scene.is_landmark_named is 'The model names a landmark in its reasons; NULL where it gives none. See functions.is_landmark_named.';
