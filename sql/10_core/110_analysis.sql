create view core.analysis as
select
    analysis.analysis_id,
    analysis.dataset_id,
    dataset.name as dataset,
    analysis.kind,
    analysis.parameters,
    analysis.seed,
    analysis.version,
    analysis.created_at
from data.analysis as analysis
inner join data.dataset as dataset on dataset.dataset_id = analysis.dataset_id;

comment on view core.analysis is 'One statistical computation over a dataset. Grain: one analysis_id.';
comment on column core.analysis.analysis_id is 'Key of the analysis.';
comment on column core.analysis.dataset_id is 'Key of the dataset.';
comment on column core.analysis.dataset is 'Name of the dataset.';
comment on column core.analysis.kind is 'What was computed: gap, spatial, attractor, comparison, calibration, regression.';
comment on column core.analysis.parameters is 'All that was chosen: measure, level, weights, replicates, ...';
comment on column core.analysis.seed is 'Seed of every random draw: the same again gives the same numbers.';
comment on column core.analysis.version is 'Version of imageo that computed it.';
comment on column core.analysis.created_at is 'When it was computed: answers that came later are not in it.';
