create view bi.estimate as
select
    estimate.estimate_id,
    analysis.dataset,
    analysis.kind,
    run.model,
    run.run_label,
    other.run_label as other_run_label,
    estimate.measure,
    estimate.denominator,
    estimate.grouping,
    estimate.subject,
    region.name as subject_name,
    estimate.other_subject,
    estimate.statistic,
    estimate.n,
    estimate.k,
    estimate.estimate,
    estimate.low,
    estimate.high,
    estimate.p_value,
    estimate.p_adjusted,
    estimate.note,
    estimate.analysis_id,
    estimate.run_id,
    analysis.parameters,
    analysis.seed,
    analysis.version,
    analysis.created_at
from core.estimate as estimate
inner join core.analysis as analysis on analysis.analysis_id = estimate.analysis_id
left join core.run as run on run.run_id = estimate.run_id
left join core.run as other on other.run_id = estimate.other_run_id
left join core.region as region on region.level = estimate.grouping and region.code = estimate.subject;

comment on view bi.estimate is
    'Every number that the statistics gave, with its interval and what it rests on. Grain: one estimate_id.';
comment on column bi.estimate.other_run_label is 'Model, variant and repeat of the run that it is compared with.';
comment on column bi.estimate.subject_name is 'Name of the region, where the subject is one.';
comment on column bi.estimate.analysis_id is 'Key of the analysis that it belongs to.';
comment on column bi.estimate.run_id is 'Key of the run; NULL where it is of no single run.';
comment on column bi.estimate.version is 'Version of imageo that computed it.';
comment on column bi.estimate.created_at is 'When it was computed: answers that came later are not in it.';
comment on column bi.estimate.parameters is 'All that was chosen: measure, level, weights, replicates, ...';
