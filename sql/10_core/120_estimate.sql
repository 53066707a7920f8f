create view core.estimate as
select
    estimate.estimate_id,
    estimate.analysis_id,
    estimate.run_id,
    estimate.other_run_id,
    estimate.measure,
    estimate.denominator,
    estimate.grouping,
    estimate.subject,
    estimate.other_subject,
    estimate.statistic,
    estimate.n,
    estimate.k,
    estimate.estimate,
    estimate.low,
    estimate.high,
    estimate.p_value,
    estimate.p_adjusted,
    estimate.note
from data.estimate as estimate;

comment on view core.estimate is 'One number that a statistic gave. Grain: one estimate_id.';
comment on column core.estimate.estimate_id is 'Key of the estimate.';
comment on column core.estimate.analysis_id is 'Key of the analysis that it belongs to.';
comment on column core.estimate.run_id is 'Key of the run; NULL where it is of no single run.';
comment on column core.estimate.other_run_id is 'Key of the run that it is compared with.';
comment on column core.estimate.measure is 'What was measured: city_match, accuracy_25km, error_km, ...';
comment on column core.estimate.denominator is 'Who was counted: all, answered, bounded.';
comment on column core.estimate.grouping is 'Kind of subject: a level of regions, an attribute, a term, a threshold.';
comment on column core.estimate.subject is 'Code of a region, value of an attribute, name of a term.';
comment on column core.estimate.other_subject is 'What the subject is compared with.';
comment on column core.estimate.statistic is 'What the number is: rate, difference, ratio, moran_i, odds_ratio, ...';
comment on column core.estimate.n is 'Images, or pairs of them, that it rests on.';
comment on column core.estimate.k is 'Hits among them.';
comment on column core.estimate.estimate is 'The number, in the unit of its statistic; NULL where there is too little data.';
comment on column core.estimate.low is 'Lower end of the 95 % interval.';
comment on column core.estimate.high is 'Upper end of the 95 % interval.';
comment on column core.estimate.p_value is 'p value of the hypothesis that nothing is there.';
comment on column core.estimate.p_adjusted is 'p value corrected for how many were tested: Holm for pairs, false discovery rate for places.';
comment on column core.estimate.note is 'What a reader must know: too few images, separation, an island.';
