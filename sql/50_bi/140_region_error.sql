create view bi.region_error as
select
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    region_log_error.run_id,
    region_log_error.level,
    region_log_error.region_code,
    region.name as region_name,
    region_log_error.n_all,
    region_log_error.n_located,
    region_log_error.log_error_mean_answered,
    region_log_error.log_error_variance_answered,
    exp(region_log_error.log_error_mean_answered) - 1 as error_km_geometric_answered,
    region_log_error.log_error_mean_bounded,
    region_log_error.log_error_variance_bounded,
    exp(region_log_error.log_error_mean_bounded) - 1 as error_km_geometric_bounded
from bias.region_log_error as region_log_error
inner join core.run as run on run.run_id = region_log_error.run_id
left join core.region as region
    on region.level = region_log_error.level and region.code = region_log_error.region_code;

comment on view bi.region_error is
    'Typical error by region on a logarithmic scale, which one wild answer does not rule. Grain: one (run_id, level, region_code).';
comment on column bi.region_error.region_name is 'English short name.';
comment on column bi.region_error.level is 'continent, country, admin1 or us_state.';
comment on column bi.region_error.error_km_geometric_answered is
    'exp(mean of ln(1 + km)) - 1 over answers with coordinates: the geometric mean error, kilometres.';
comment on column bi.region_error.error_km_geometric_bounded is
    'The same over all images; one without coordinates counts as 20,015 km away.';
