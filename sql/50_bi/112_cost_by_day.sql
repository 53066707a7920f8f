create view bi.cost_by_day as
select
    day_usage.run_id,
    day_usage.day,
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    day_usage.n_calls,
    day_usage.n_batch_calls,
    day_usage.n_unpriced_calls,
    day_usage.n_batch_calls::double precision / day_usage.n_calls as batch_share,
    day_usage.input_tokens,
    day_usage.cached_tokens,
    day_usage.cache_write_tokens,
    day_usage.image_tokens,
    day_usage.output_tokens,
    day_usage.reasoning_tokens,
    day_usage.cost_usd
from metrics.day_usage as day_usage
inner join core.run as run on run.run_id = day_usage.run_id;

comment on view bi.cost_by_day is 'What a run cost on a day, UTC. Grain: one (run_id, day).';
comment on column bi.cost_by_day.batch_share is 'Share of the calls that were billed at the batch price.';
