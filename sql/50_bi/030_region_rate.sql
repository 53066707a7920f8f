create view bi.region_rate as
select
    region_score.rate_id,
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    region_score.run_id,
    region_score.level,
    region_score.region_code,
    region.name as region_name,
    region_score.measure,
    region_score.n_all,
    region_score.n_answered,
    region_score.n_correct,
    region_score.rate_all,
    region_score.wilson_lower_all,
    region_score.wilson_upper_all,
    region_score.shrunk_rate_all,
    region_score.rate_answered,
    region_score.wilson_lower_answered,
    region_score.wilson_upper_answered,
    region_score.shrunk_rate_answered,
    region_score.error_km_median_answered,
    region_score.error_km_median_bounded
from bias.region_score as region_score
inner join core.run as run on run.run_id = region_score.run_id
left join core.region as region
    on region.level = region_score.level and region.code = region_score.region_code;

comment on view bi.region_rate is
    'Rates by region, without outlines: charts and tables. Grain: one rate_id, which is one (run_id, level, region_code, measure).';
comment on column bi.region_rate.region_name is 'English short name.';
comment on column bi.region_rate.level is 'continent, country, admin1 or us_state.';
