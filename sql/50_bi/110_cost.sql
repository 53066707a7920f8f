create view bi.cost as
with usage as (
    select
        day_usage.run_id,
        sum(day_usage.n_calls)::bigint as n_calls,
        sum(day_usage.n_batch_calls)::bigint as n_batch_calls,
        sum(day_usage.n_unpriced_calls)::bigint as n_unpriced_calls,
        sum(day_usage.input_tokens)::bigint as input_tokens,
        sum(day_usage.cached_tokens)::bigint as cached_tokens,
        sum(day_usage.cache_write_tokens)::bigint as cache_write_tokens,
        sum(day_usage.image_tokens)::bigint as image_tokens,
        sum(day_usage.output_tokens)::bigint as output_tokens,
        sum(day_usage.reasoning_tokens)::bigint as reasoning_tokens,
        sum(day_usage.cost_usd) as cost_usd
    from metrics.day_usage as day_usage
    group by day_usage.run_id
)

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
    usage.n_batch_calls::double precision / nullif(usage.n_calls, 0) as batch_share,
    usage.input_tokens,
    usage.cached_tokens,
    usage.cache_write_tokens,
    usage.image_tokens,
    usage.output_tokens,
    usage.reasoning_tokens,
    case when num_nonnulls(usage.input_tokens, usage.output_tokens) > 0
        then coalesce(usage.input_tokens, 0) + coalesce(usage.output_tokens, 0)
    end as tokens_total,
    effect.tokens_per_image,
    usage.cost_usd,
    effect.cost_usd_per_image,
    effect.cost_usd_per_hit_25km,
    effect.cost_usd_per_city_match,
    score.accuracy_25km_all,
    score.city_match_all,
    effect.is_on_frontier
from core.run as run
left join usage on usage.run_id = run.run_id
left join metrics.run_score as score on score.run_id = run.run_id
left join bias.cost_effectiveness as effect on effect.run_id = run.run_id
where usage.run_id is not null or score.run_id is not null;

comment on view bi.cost is
    'What a run and a correct answer cost. Calls, tokens and dollars are as of now, all else as of the last refresh. Grain: one run_id.';
comment on column bi.cost.n_calls is 'Billed calls, retries included.';
comment on column bi.cost.n_batch_calls is 'Billed calls at the batch price.';
comment on column bi.cost.n_unpriced_calls is 'Billed calls without a known price: they are not in cost_usd.';
comment on column bi.cost.batch_share is 'Share of the calls that were billed at the batch price.';
comment on column bi.cost.input_tokens is 'Tokens sent, cached and image tokens included; NULL where no call tells.';
comment on column bi.cost.output_tokens is 'Tokens received, reasoning included; NULL where no call tells.';
comment on column bi.cost.tokens_total is 'Tokens sent and received; NULL where no call tells.';
comment on column bi.cost.cost_usd is 'US dollars of the calls whose price is known; NULL where none is.';
