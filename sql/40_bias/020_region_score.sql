create view bias.region_score as
select
    region_score.rate_id,
    region_score.run_id,
    region_score.level,
    region_score.region_code,
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
from data.region_score as region_score;

comment on view bias.region_score is
    'Rates of a run by the region that the true point lies in, from the cache. Grain: one (run_id, level, region_code, measure).';
comment on column bias.region_score.rate_id is 'Unique integer key.';
