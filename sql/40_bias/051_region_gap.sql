create view bias.region_gap as
select
    region_gap.run_id,
    region_gap.level,
    region_gap.measure,
    region_gap.minimum_n,
    region_gap.n_regions,
    region_gap.n_regions_too_few,
    region_gap.best_region_code,
    region_gap.best_n,
    region_gap.best_rate_all,
    region_gap.worst_region_code,
    region_gap.worst_n,
    region_gap.worst_rate_all,
    region_gap.gap_all,
    region_gap.gap_shrunk_all,
    region_gap.ratio_all
from data.region_gap as region_gap;

comment on view bias.region_gap is
    'Best against worst region of a run, among regions with at least 10 images, from the cache. Grain: one (run_id, level, measure).';
