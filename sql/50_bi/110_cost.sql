create view bi.cost as
select
    run.run_id,
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    score.n_images,
    score.n_answered,
    coalesce(usage.n_calls, 0) as n_calls,
    coalesce(usage.n_batch_calls, 0) as n_batch_calls,
    coalesce(usage.n_unpriced_calls, 0) as n_unpriced_calls,
    usage.n_batch_calls::double precision / usage.n_calls as batch_share,
    usage.input_tokens,
    usage.cached_tokens,
    usage.cache_write_tokens,
    usage.image_tokens,
    usage.output_tokens,
    usage.reasoning_tokens,
    usage.tokens_total,
    effect.tokens_per_image,
    usage.cost_usd,
    effect.cost_usd_per_image,
    effect.cost_usd_per_hit_25km,
    effect.cost_usd_per_city_match,
    score.accuracy_25km_all,
    score.city_match_all,
    effect.is_on_frontier
from core.run as run
left join metrics.run_usage as usage on usage.run_id = run.run_id
left join metrics.run_score as score on score.run_id = run.run_id
left join bias.cost_effectiveness as effect on effect.run_id = run.run_id
where usage.run_id is not null or score.run_id is not null;

comment on view bi.cost is
    'What a run and a correct answer cost. Calls, tokens and dollars are as of now, all else as of the last refresh. Grain: one run_id.';
comment on column bi.cost.batch_share is 'Share of the calls that were billed at the batch price.';
comment on column bi.cost.n_unpriced_calls is 'Billed calls without a known price: they are not in cost_usd.';
comment on column bi.cost.cost_usd is 'US dollars of the calls whose price is known; NULL where none is.';
