create view bias.region_log_error as
select
    score.run_id,
    region.level,
    region.code as region_code,
    count(*) as n_all,
    count(score.error_km) as n_located,
    avg(ln(1 + score.error_km)) as log_error_mean_answered,
    var_samp(ln(1 + score.error_km)) as log_error_variance_answered,
    avg(ln(1 + coalesce(score.error_km, 20015))) as log_error_mean_bounded,
    var_samp(ln(1 + coalesce(score.error_km, 20015))) as log_error_variance_bounded
from metrics.prediction_score as score
inner join core.image as image on image.image_id = score.image_id
cross join lateral (
    values
    ('continent', image.continent_code),
    ('country', image.country_iso),
    ('admin1', image.admin1_code),
    ('us_state', image.state_code)
) as region (level, code)
where region.code is not null
group by score.run_id, region.level, region.code;

comment on view bias.region_log_error is
    'Logarithm of the error by region of the true point, what hot spots of error are sought in: ln(1 + km), as IMAGEO-Bench takes it. Grain: one (run_id, level, region_code).';
comment on column bias.region_log_error.run_id is 'Key of the run.';
comment on column bias.region_log_error.level is 'continent, country, admin1 or us_state.';
comment on column bias.region_log_error.region_code is 'Code of the region in its level.';
comment on column bias.region_log_error.n_all is 'Images in the region that the run was asked about.';
comment on column bias.region_log_error.n_located is 'Answers with coordinates among them.';
comment on column bias.region_log_error.log_error_mean_answered is
    'Mean of ln(1 + error_km) over answers with coordinates.';
comment on column bias.region_log_error.log_error_variance_answered is
    'Sample variance of the same; NULL for fewer than two.';
comment on column bias.region_log_error.log_error_mean_bounded is
    'Mean of ln(1 + error_km) over all images; one without coordinates counts as 20,015 km away.';
comment on column bias.region_log_error.log_error_variance_bounded is
    'Sample variance of the same; NULL for fewer than two.';
