create view core.call as
select
    cost.image_id,
    cost.run_id,
    cost.call,
    (cost.created_at at time zone 'UTC')::date as day,
    cost.cost_usd,
    cost.price_source,
    cost.is_batch,
    coalesce(cost.input_tokens, answer.input_tokens) as input_tokens,
    coalesce(cost.cached_tokens, answer.cached_tokens) as cached_tokens,
    cost.cache_write_tokens,
    coalesce(cost.image_tokens, answer.image_tokens) as image_tokens,
    coalesce(cost.output_tokens, answer.output_tokens) as output_tokens,
    coalesce(cost.reasoning_tokens, answer.reasoning_tokens) as reasoning_tokens
from data.cost as cost
-- A file that was read tells the tokens of each answer, not of the call: one answer, one call.
left join data.prediction as answer
    on answer.image_id = cost.image_id
        and answer.run_id = cost.run_id
        and answer.version = cost.call
        and cost.call_key is null
union all
select
    answer.image_id,
    answer.run_id,
    answer.version as call,
    (answer.created_at at time zone 'UTC')::date as day,
    null::numeric(14, 9) as cost_usd,
    'none' as price_source,
    false as is_batch,
    answer.input_tokens,
    answer.cached_tokens,
    null::integer as cache_write_tokens,
    answer.image_tokens,
    answer.output_tokens,
    answer.reasoning_tokens
from data.prediction as answer
where coalesce(answer.input_tokens, 0) + coalesce(answer.output_tokens, 0) > 0
    and not exists (
        select 1
        from data.cost as cost
        where cost.image_id = answer.image_id and cost.run_id = answer.run_id
    )
    and not exists (
        select 1
        from data.prediction as later
        where later.image_id = answer.image_id
            and later.run_id = answer.run_id
            and later.version > answer.version
    );

comment on view core.call is
    'Billed calls with what they took. An answer that tells its tokens and is not in the ledger is a call of unknown price. Grain: one (image_id, run_id, call).';
comment on column core.call.image_id is 'Key of the image.';
comment on column core.call.run_id is 'Key of the run.';
comment on column core.call.call is '1, 2, ...: the billed calls for this image.';
comment on column core.call.day is
    'Day of the call, UTC; of answers that were read from a file, the day on which it was read.';
comment on column core.call.cost_usd is 'US dollars; NULL where no price is known, never 0 for that.';
comment on column core.call.price_source is
    'Where the price comes from: genai-prices, override, free, none, or the file the figure came with.';
comment on column core.call.is_batch is 'Billed at the batch price.';
comment on column core.call.input_tokens is 'Tokens sent, cached and image tokens included; NULL where untold.';
comment on column core.call.cached_tokens is 'Of them read from the provider''s cache; NULL where untold.';
comment on column core.call.cache_write_tokens is 'Of them written to the provider''s cache; NULL where untold.';
comment on column core.call.image_tokens is 'Of them the image; NULL where untold.';
comment on column core.call.output_tokens is 'Tokens received, reasoning included; NULL where untold.';
comment on column core.call.reasoning_tokens is 'Of them hidden reasoning; NULL where untold.';
