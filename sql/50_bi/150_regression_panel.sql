create view bi.regression_panel as
select
    panel.score_id as panel_id,
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    panel.run_id,
    panel.image_id,
    panel.environment,
    panel.scene_type,
    panel.setting,
    panel.is_landmark_named,
    panel.is_located,
    panel.is_country_named,
    panel.is_state_named,
    panel.is_city_named,
    panel.is_country_match,
    panel.is_state_match,
    panel.is_city_match,
    panel.is_country_match_strict,
    panel.is_state_match_strict,
    panel.is_city_match_strict,
    panel.error_km,
    panel.error_planar_degrees,
    panel.dataset_id
from bias.regression_panel as panel
inner join core.run as run on run.run_id = panel.run_id;

comment on view bi.regression_panel is
    'How a model describes a picture beside how well it placed it: the rows of every regression. Grain: one panel_id, which is one (image_id, run_id).';
comment on column bi.regression_panel.panel_id is 'Unique integer key.';
