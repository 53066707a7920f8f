create view metrics.run_usage as
with answer as (
    select
        prediction.run_id,
        sum(prediction.input_tokens) as input_tokens,
        sum(prediction.output_tokens) as output_tokens,
        sum(coalesce(prediction.input_tokens, 0) + coalesce(prediction.output_tokens, 0))
            filter (where num_nonnulls(prediction.input_tokens, prediction.output_tokens) > 0) as tokens_total
    from core.prediction as prediction
    group by prediction.run_id
),

cost as (
    select
        cost.run_id,
        sum(cost.cost_usd) as cost_usd,
        sum(cost.calls - cost.priced_calls)::bigint as n_unpriced_calls
    from core.cost as cost
    group by cost.run_id
)

select
    answer.run_id,
    answer.input_tokens,
    answer.output_tokens,
    answer.tokens_total,
    cost.cost_usd,
    cost.n_unpriced_calls
from answer
left join cost on cost.run_id = answer.run_id;

comment on view metrics.run_usage is 'Tokens and dollars of a run, as far as they are known. Grain: one run_id.';
comment on column metrics.run_usage.run_id is 'Key of the run.';
comment on column metrics.run_usage.input_tokens is 'Tokens sent; NULL where no answer tells.';
comment on column metrics.run_usage.output_tokens is
    'Tokens received, reasoning included; NULL where no answer tells.';
comment on column metrics.run_usage.tokens_total is 'Tokens sent and received; NULL where no answer tells.';
comment on column metrics.run_usage.cost_usd is
    'US dollars of the calls whose price is known; NULL where none is.';
comment on column metrics.run_usage.n_unpriced_calls is
    'Billed calls without a known price: they are not in cost_usd.';
