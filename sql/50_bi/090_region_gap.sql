create view bi.region_gap as
select
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    gap.run_id,
    gap.level,
    gap.measure,
    gap.minimum_n,
    gap.n_regions,
    gap.n_regions_too_few,
    best.name as best_region,
    gap.best_n,
    gap.best_rate_all,
    worst.name as worst_region,
    gap.worst_n,
    gap.worst_rate_all,
    gap.gap_all,
    gap.gap_shrunk_all,
    gap.ratio_all
from bias.region_gap as gap
inner join core.run as run on run.run_id = gap.run_id
left join core.region as best on best.level = gap.level and best.code = gap.best_region_code
left join core.region as worst on worst.level = gap.level and worst.code = gap.worst_region_code;

comment on view bi.region_gap is
    'Best against worst region of a run, among regions with at least 10 images. Grain: one (run_id, level, measure).';
comment on column bi.region_gap.best_region is 'Name of the region with the highest rate.';
comment on column bi.region_gap.worst_region is 'Name of the region with the lowest rate.';
comment on column bi.region_gap.level is 'continent, country, admin1 or us_state.';
