create view metrics.run_usage as
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
    sum(coalesce(day_usage.input_tokens, 0) + coalesce(day_usage.output_tokens, 0))
        filter (where num_nonnulls(day_usage.input_tokens, day_usage.output_tokens) > 0)::bigint as tokens_total,
    sum(day_usage.cost_usd) as cost_usd
from metrics.day_usage as day_usage
group by day_usage.run_id;

comment on view metrics.run_usage is
    'Calls, tokens and dollars of a run, as far as they are known. Grain: one run_id.';
comment on column metrics.run_usage.tokens_total is 'Tokens sent and received; NULL where no call tells.';
