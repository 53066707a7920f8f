create view bi.us_state_map as
select
    rate.rate_id as map_id,
    rate.dataset,
    rate.provider,
    rate.model,
    rate.run_label,
    rate.run_id,
    rate.region_code,
    rate.region_name,
    shape.parent_code,
    rate.measure,
    rate.n_all,
    rate.n_answered,
    rate.n_correct,
    rate.rate_all,
    rate.wilson_lower_all,
    rate.wilson_upper_all,
    rate.shrunk_rate_all,
    rate.rate_answered,
    rate.wilson_lower_answered,
    rate.wilson_upper_answered,
    rate.shrunk_rate_answered,
    rate.error_km_median_answered,
    rate.error_km_median_bounded,
    shape.latitude,
    shape.longitude,
    shape.geometry
from bi.region_rate as rate
inner join bi.region_shape as shape
    on shape.level = rate.level and shape.region_code = rate.region_code
where rate.level = 'us_state';

comment on view bi.us_state_map is
    'Rates by US state with outlines, for QGIS and map cards: filter on run_id and measure. Grain: one map_id, which is one (run_id, region_code, measure).';
comment on column bi.us_state_map.map_id is 'Unique integer key.';
