create view core.run as
select
    run.run_id,
    run.dataset_id,
    dataset.name as dataset,
    run.model_id,
    model.provider,
    model.name as model,
    run.variant,
    model.name
    || case when run.variant <> '' then ' (' || run.variant || ')' else '' end
    || case when run.repeat > 1 then ' #' || run.repeat else '' end
    || case
        when count(*) over (partition by run.dataset_id, model.name, run.variant, run.repeat) > 1
            then ' [run ' || run.run_id || ']'
        else ''
    end as run_label,
    run.prompt_hash,
    run.parameters,
    run.repeat,
    run.created_at
from data.run as run
inner join data.dataset as dataset on dataset.dataset_id = run.dataset_id
inner join data.model as model on model.model_id = run.model_id;

comment on view core.run is
    'One model asked over one dataset under one prompt and one parameter set. Grain: one run_id.';
comment on column core.run.run_id is 'Key of the run.';
comment on column core.run.dataset_id is 'Key of the dataset.';
comment on column core.run.dataset is 'Name of the dataset.';
comment on column core.run.model_id is 'Key of the model.';
comment on column core.run.provider is 'Who serves the model.';
comment on column core.run.model is 'Model name as requested.';
comment on column core.run.variant is 'What sets the run apart from others of its model, empty where nothing does.';
comment on column core.run.run_label is 'Model, variant and repeat in one text for readers, unique in its dataset: with the number of the run where those are the same under another prompt, provider or parameters.';
comment on column core.run.prompt_hash is 'SHA-256 of the prompt text, empty where it is unknown.';
comment on column core.run.parameters is 'Parameters passed to the provider.';
comment on column core.run.repeat is '1, 2, ...: the same question asked again.';
comment on column core.run.created_at is 'When the run was first seen.';
