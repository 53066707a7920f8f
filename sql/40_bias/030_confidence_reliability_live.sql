create view bias.confidence_reliability_live as
with level_run as (
    select
        score.run_id,
        coalesce(score.confidence, 0)::smallint as confidence,
        count(*) as n_answered,
        count(*) filter (where score.is_located) as n_located,
        count(score.is_country_match) as n_country,
        count(*) filter (where score.is_country_match) as n_correct_country,
        count(*) filter (where score.error_km <= 25) as n_correct_25km,
        percentile_cont(0.5) within group (order by score.error_km) as error_km_median
    from metrics.prediction_score as score
    where score.is_answered
    group by score.run_id, coalesce(score.confidence, 0)
)

select
    level_run.run_id,
    level_run.confidence,
    level_run.n_answered,
    level_run.n_located,
    level_run.n_country,
    level_run.n_correct_country,
    level_run.n_correct_25km,
    level_run.n_correct_25km::double precision / level_run.n_answered as accuracy_25km,
    functions.wilson_lower(level_run.n_correct_25km, level_run.n_answered) as wilson_lower_25km,
    functions.wilson_upper(level_run.n_correct_25km, level_run.n_answered) as wilson_upper_25km,
    level_run.n_correct_country::double precision / nullif(level_run.n_country, 0) as country_match,
    level_run.error_km_median
from level_run;

comment on view bias.confidence_reliability_live is
    'How right the answers of one confidence level are: the definition of the cache that bias.confidence_reliability reads. Grain: one (run_id, confidence).';
comment on column bias.confidence_reliability_live.run_id is 'Key of the run.';
comment on column bias.confidence_reliability_live.confidence is
    'The model''s own confidence, 1 to 5; 0 where it gave none.';
comment on column bias.confidence_reliability_live.n_answered is
    'Answers with this confidence, with or without coordinates.';
comment on column bias.confidence_reliability_live.n_located is 'Of these, answers with coordinates.';
comment on column bias.confidence_reliability_live.n_country is
    'Of these answers, images whose true country is known.';
comment on column bias.confidence_reliability_live.n_correct_country is 'Of these, right country names.';
comment on column bias.confidence_reliability_live.n_correct_25km is 'Answers within 25 km of the true point.';
comment on column bias.confidence_reliability_live.accuracy_25km is
    'Share within 25 km of the true point among the answers; one without coordinates is wrong.';
comment on column bias.confidence_reliability_live.wilson_lower_25km is
    'Lower end of the Wilson 95 % interval of accuracy_25km.';
comment on column bias.confidence_reliability_live.wilson_upper_25km is
    'Upper end of the Wilson 95 % interval of accuracy_25km.';
comment on column bias.confidence_reliability_live.country_match is
    'Share of right country names among the answers whose true country is known; none is wrong.';
comment on column bias.confidence_reliability_live.error_km_median is
    'Median geodesic error, kilometres, of answers with coordinates.';
