create view bias.region_gap_live as
with eligible as (
    select
        region_score.run_id,
        region_score.level,
        region_score.measure,
        region_score.region_code,
        region_score.n_all,
        region_score.rate_all,
        region_score.shrunk_rate_all,
        region_score.n_all >= 10 as is_enough
    from bias.region_score as region_score
),

extreme as (
    select
        eligible.run_id,
        eligible.level,
        eligible.measure,
        count(*) filter (where eligible.is_enough) as n_regions,
        count(*) filter (where not eligible.is_enough) as n_regions_too_few,
        (array_agg(eligible.region_code order by eligible.rate_all desc, eligible.n_all desc, eligible.region_code)
            filter (where eligible.is_enough))[1] as best_region_code,
        (array_agg(eligible.n_all order by eligible.rate_all desc, eligible.n_all desc, eligible.region_code)
            filter (where eligible.is_enough))[1] as best_n,
        max(eligible.rate_all) filter (where eligible.is_enough) as best_rate_all,
        (array_agg(eligible.region_code order by eligible.rate_all, eligible.n_all desc, eligible.region_code)
            filter (where eligible.is_enough))[1] as worst_region_code,
        (array_agg(eligible.n_all order by eligible.rate_all, eligible.n_all desc, eligible.region_code)
            filter (where eligible.is_enough))[1] as worst_n,
        min(eligible.rate_all) filter (where eligible.is_enough) as worst_rate_all,
        max(eligible.shrunk_rate_all) filter (where eligible.is_enough)
        - min(eligible.shrunk_rate_all) filter (where eligible.is_enough) as gap_shrunk_all
    from eligible
    group by eligible.run_id, eligible.level, eligible.measure
)

select
    extreme.run_id,
    extreme.level,
    extreme.measure,
    10 as minimum_n,
    extreme.n_regions,
    extreme.n_regions_too_few,
    extreme.best_region_code,
    extreme.best_n,
    extreme.best_rate_all,
    extreme.worst_region_code,
    extreme.worst_n,
    extreme.worst_rate_all,
    extreme.best_rate_all - extreme.worst_rate_all as gap_all,
    extreme.gap_shrunk_all,
    extreme.worst_rate_all / nullif(extreme.best_rate_all, 0) as ratio_all
from extreme
where extreme.n_regions >= 2;

comment on view bias.region_gap_live is
    'Best against worst region of a run, among regions with at least 10 images: the definition of the cache that bias.region_gap reads. Grain: one (run_id, level, measure).';
comment on column bias.region_gap_live.run_id is 'Key of the run.';
comment on column bias.region_gap_live.level is 'continent, country, admin1 or us_state.';
comment on column bias.region_gap_live.measure is 'What counts as correct, as in bias.region_score.';
comment on column bias.region_gap_live.minimum_n is 'Images that a region needs to be compared.';
comment on column bias.region_gap_live.n_regions is 'Regions with at least that many images.';
comment on column bias.region_gap_live.n_regions_too_few is 'Regions left out because they have fewer.';
comment on column bias.region_gap_live.best_region_code is 'Region with the highest rate.';
comment on column bias.region_gap_live.best_n is 'Images in the best region.';
comment on column bias.region_gap_live.best_rate_all is 'Its rate over all images.';
comment on column bias.region_gap_live.worst_region_code is 'Region with the lowest rate.';
comment on column bias.region_gap_live.worst_n is 'Images in the worst region.';
comment on column bias.region_gap_live.worst_rate_all is 'Its rate over all images.';
comment on column bias.region_gap_live.gap_all is
    'Best minus worst rate: the widest raw gap. It grows with the number of regions: read it beside the intervals.';
comment on column bias.region_gap_live.gap_shrunk_all is
    'Highest minus lowest empirical-Bayes rate among the same regions.';
comment on column bias.region_gap_live.ratio_all is 'Worst over best rate; 1 is parity; NULL where the best is 0.';
