create view bias.region_score_live as
with region_run as (
    select
        score.run_id,
        region.level,
        region.code as region_code,
        count(*) as n_images,
        count(*) filter (where score.is_located) as n_located,
        count(score.is_country_match) as n_country,
        count(score.is_country_match) filter (where score.is_country_named) as n_country_named,
        count(*) filter (where score.is_country_match) as k_country,
        count(score.is_state_match) as n_state,
        count(score.is_state_match) filter (where score.is_state_named) as n_state_named,
        count(*) filter (where score.is_state_match) as k_state,
        count(score.is_city_match) as n_city,
        count(score.is_city_match) filter (where score.is_city_named) as n_city_named,
        count(*) filter (where score.is_city_match) as k_city,
        count(*) filter (where score.error_km <= 1) as k_1km,
        count(*) filter (where score.error_km <= 25) as k_25km,
        count(*) filter (where score.error_km <= 200) as k_200km,
        count(*) filter (where score.error_km <= 750) as k_750km,
        count(*) filter (where score.error_km <= 2500) as k_2500km,
        percentile_cont(0.5) within group (order by score.error_km) as error_km_median_answered,
        percentile_cont(0.5) within group (order by coalesce(score.error_km, 20015)) as error_km_median_bounded
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
    group by score.run_id, region.level, region.code
),

counted as (
    select
        region_run.run_id,
        region_run.level,
        region_run.region_code,
        measure.name as measure,
        measure.n_all,
        measure.n_answered,
        measure.k as n_correct,
        region_run.error_km_median_answered,
        region_run.error_km_median_bounded
    from region_run
    cross join lateral (
        values
        ('country_match', region_run.n_country, region_run.n_country_named, region_run.k_country),
        ('state_match', region_run.n_state, region_run.n_state_named, region_run.k_state),
        ('city_match', region_run.n_city, region_run.n_city_named, region_run.k_city),
        ('accuracy_1km', region_run.n_images, region_run.n_located, region_run.k_1km),
        ('accuracy_25km', region_run.n_images, region_run.n_located, region_run.k_25km),
        ('accuracy_200km', region_run.n_images, region_run.n_located, region_run.k_200km),
        ('accuracy_750km', region_run.n_images, region_run.n_located, region_run.k_750km),
        ('accuracy_2500km', region_run.n_images, region_run.n_located, region_run.k_2500km)
    ) as measure (name, n_all, n_answered, k)
    where measure.n_all > 0
),

-- Over windows and not joined: the choice of a run reaches the scores, and no estimate can turn this into a loop.
pooled as (
    select
        counted.run_id,
        counted.level,
        counted.region_code,
        counted.measure,
        counted.n_all,
        counted.n_answered,
        counted.n_correct,
        counted.error_km_median_answered,
        counted.error_km_median_bounded,
        sum(counted.n_correct) over regions::double precision / sum(counted.n_all) over regions as mean_all,
        functions.prior_variance(
            sum(counted.n_correct) over regions::double precision,
            sum(counted.n_all) over regions::double precision,
            sum(power(counted.n_correct, 2)::double precision / counted.n_all) over regions,
            count(*) over regions
        ) as variance_all,
        sum(counted.n_correct) over regions::double precision
        / nullif(sum(counted.n_answered) over regions, 0) as mean_answered,
        functions.prior_variance(
            sum(counted.n_correct) over regions::double precision,
            sum(counted.n_answered) over regions::double precision,
            sum(power(counted.n_correct, 2)::double precision / nullif(counted.n_answered, 0)) over regions,
            count(*) filter (where counted.n_answered > 0) over regions
        ) as variance_answered
    from counted
    window regions as (partition by counted.run_id, counted.level, counted.measure)
)

select
    pooled.run_id,
    pooled.level,
    pooled.region_code,
    pooled.measure,
    pooled.n_all,
    pooled.n_answered,
    pooled.n_correct,
    pooled.n_correct::double precision / pooled.n_all as rate_all,
    functions.wilson_lower(pooled.n_correct, pooled.n_all) as wilson_lower_all,
    functions.wilson_upper(pooled.n_correct, pooled.n_all) as wilson_upper_all,
    functions.shrunk_rate(pooled.n_correct, pooled.n_all, pooled.mean_all, pooled.variance_all) as shrunk_rate_all,
    pooled.n_correct::double precision / nullif(pooled.n_answered, 0) as rate_answered,
    functions.wilson_lower(pooled.n_correct, pooled.n_answered) as wilson_lower_answered,
    functions.wilson_upper(pooled.n_correct, pooled.n_answered) as wilson_upper_answered,
    functions.shrunk_rate(
        pooled.n_correct, pooled.n_answered, pooled.mean_answered, pooled.variance_answered
    ) as shrunk_rate_answered,
    pooled.error_km_median_answered,
    pooled.error_km_median_bounded
from pooled;

comment on view bias.region_score_live is
    'Rates of a run by the region that the true point lies in: the definition of the cache that bias.region_score reads. Grain: one (run_id, level, region_code, measure).';
comment on column bias.region_score_live.run_id is 'Key of the run.';
comment on column bias.region_score_live.level is 'continent, country, admin1 or us_state.';
comment on column bias.region_score_live.region_code is 'Code of the region in its level.';
comment on column bias.region_score_live.measure is
    'What counts as correct: country_match, state_match or city_match (the written name), or accuracy_{1,25,200,750,2500}km (the point).';
comment on column bias.region_score_live.n_all is 'Images in the region to which the measure applies.';
comment on column bias.region_score_live.n_answered is 'Of these, images whose answer says something to it: a name, or a point.';
comment on column bias.region_score_live.n_correct is 'Of these, correct answers.';
comment on column bias.region_score_live.rate_all is 'Correct share of all images; a non-answer is wrong.';
comment on column bias.region_score_live.wilson_lower_all is 'Lower end of the Wilson 95 % interval of rate_all.';
comment on column bias.region_score_live.wilson_upper_all is 'Upper end of the Wilson 95 % interval of rate_all.';
comment on column bias.region_score_live.shrunk_rate_all is
    'Empirical-Bayes rate over all images: drawn towards the mean of the run''s regions of this level.';
comment on column bias.region_score_live.rate_answered is 'Correct share of the answers; NULL where there is none.';
comment on column bias.region_score_live.wilson_lower_answered is 'Lower end of the Wilson 95 % interval of rate_answered.';
comment on column bias.region_score_live.wilson_upper_answered is 'Upper end of the Wilson 95 % interval of rate_answered.';
comment on column bias.region_score_live.shrunk_rate_answered is
    'Empirical-Bayes rate over the answers: drawn towards the mean of the run''s regions of this level.';
comment on column bias.region_score_live.error_km_median_answered is
    'Median geodesic error in the region, kilometres, of answers with coordinates; the same for every measure.';
comment on column bias.region_score_live.error_km_median_bounded is
    'Median geodesic error in the region, kilometres; a non-answer counts as 20,015 km; the same for every measure.';
