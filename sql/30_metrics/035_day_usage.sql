create view metrics.day_usage as
select
    call.run_id,
    call.day,
    count(*) as n_calls,
    count(*) filter (where call.is_batch) as n_batch_calls,
    count(*) filter (where call.cost_usd is null) as n_unpriced_calls,
    sum(call.input_tokens) as input_tokens,
    sum(call.cached_tokens) as cached_tokens,
    sum(call.cache_write_tokens) as cache_write_tokens,
    sum(call.image_tokens) as image_tokens,
    sum(call.output_tokens) as output_tokens,
    sum(call.reasoning_tokens) as reasoning_tokens,
    sum(call.cost_usd) as cost_usd
from core.call as call
group by call.run_id, call.day;

comment on view metrics.day_usage is
    'Calls, tokens and dollars of a run on a day, read from the ledger as it is now. Grain: one (run_id, day).';
comment on column metrics.day_usage.run_id is 'Key of the run.';
comment on column metrics.day_usage.day is
    'Day of the calls, UTC; of answers that were read from a file, the day on which it was read.';
comment on column metrics.day_usage.n_calls is 'Billed calls, retries included.';
comment on column metrics.day_usage.n_batch_calls is 'Billed calls at the batch price.';
comment on column metrics.day_usage.n_unpriced_calls is
    'Billed calls without a known price: they are not in cost_usd.';
comment on column metrics.day_usage.input_tokens is
    'Tokens sent, cached and image tokens included; NULL where no call tells.';
comment on column metrics.day_usage.cached_tokens is
    'Of the tokens sent those read from the provider''s cache; NULL where no call tells.';
comment on column metrics.day_usage.cache_write_tokens is
    'Of the tokens sent those written to the provider''s cache; NULL where no call tells.';
comment on column metrics.day_usage.image_tokens is
    'Of the tokens sent those that are the image; NULL where no call tells.';
comment on column metrics.day_usage.output_tokens is
    'Tokens received, reasoning included; NULL where no call tells.';
comment on column metrics.day_usage.reasoning_tokens is
    'Of the tokens received those that are hidden reasoning; NULL where no call tells.';
comment on column metrics.day_usage.cost_usd is
    'US dollars of the calls whose price is known; NULL where none is.';
