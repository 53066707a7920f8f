create view metrics.run_usage as
select
    day_usage.run_id,
    sum(day_usage.input_tokens)::bigint as input_tokens,
    sum(day_usage.output_tokens)::bigint as output_tokens,
    sum(coalesce(day_usage.input_tokens, 0) + coalesce(day_usage.output_tokens, 0))
        filter (where num_nonnulls(day_usage.input_tokens, day_usage.output_tokens) > 0)::bigint as tokens_total,
    sum(day_usage.cost_usd)::double precision as cost_usd,
    sum(day_usage.n_unpriced_calls)::bigint as n_unpriced_calls
from metrics.day_usage as day_usage
group by day_usage.run_id;

comment on view metrics.run_usage is 'Tokens and dollars of a run, as far as they are known. Grain: one run_id.';
comment on column metrics.run_usage.input_tokens is 'Tokens sent, retries included; NULL where no call tells.';
comment on column metrics.run_usage.output_tokens is
    'Tokens received, retries and reasoning included; NULL where no call tells.';
comment on column metrics.run_usage.tokens_total is 'Tokens sent and received; NULL where no call tells.';
