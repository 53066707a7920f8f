create view bi.cost_by_model as
with paid as (
    select
        effect.run_id,
        effect.cost_usd,
        round(score.accuracy_25km_all * score.n_images) as n_hits,
        round(score.city_match_all * score.n_city) as n_city_matches
    from bias.cost_effectiveness as effect
    inner join metrics.run_score as score on score.run_id = effect.run_id
    where effect.cost_usd is not null
)

select
    row_number() over (order by run.dataset, run.provider, run.model)::integer as cost_by_model_id,
    run.dataset,
    run.provider,
    run.model,
    count(*) as n_runs,
    sum(cost.n_images)::bigint as n_images,
    sum(cost.n_answered)::bigint as n_answered,
    sum(cost.n_calls)::bigint as n_calls,
    sum(cost.n_batch_calls)::bigint as n_batch_calls,
    sum(cost.n_unpriced_calls)::bigint as n_unpriced_calls,
    sum(cost.n_batch_calls)::double precision / nullif(sum(cost.n_calls), 0)::double precision as batch_share,
    sum(cost.input_tokens)::bigint as input_tokens,
    sum(cost.cached_tokens)::bigint as cached_tokens,
    sum(cost.cache_write_tokens)::bigint as cache_write_tokens,
    sum(cost.image_tokens)::bigint as image_tokens,
    sum(cost.output_tokens)::bigint as output_tokens,
    sum(cost.reasoning_tokens)::bigint as reasoning_tokens,
    sum(cost.tokens_total)::bigint as tokens_total,
    sum(cost.cost_usd) as cost_usd,
    sum(paid.cost_usd) / nullif(sum(paid.n_hits), 0) as cost_usd_per_hit_25km,
    sum(paid.cost_usd) / nullif(sum(paid.n_city_matches), 0) as cost_usd_per_city_match
from core.run as run
inner join bi.cost as cost on cost.run_id = run.run_id
left join paid on paid.run_id = run.run_id
group by run.dataset, run.provider, run.model;

comment on view bi.cost_by_model is
    'What a model and a correct answer of it cost over all runs of a dataset. Grain: one cost_by_model_id, which is one (dataset, provider, model).';
comment on column bi.cost_by_model.cost_by_model_id is 'Number of the row, for programs that want one.';
comment on column bi.cost_by_model.n_runs is 'Runs, repeats among them.';
comment on column bi.cost_by_model.input_tokens is
    'Tokens sent, cached and image tokens included; NULL where no call tells.';
comment on column bi.cost_by_model.output_tokens is
    'Tokens received, reasoning included; NULL where no call tells.';
comment on column bi.cost_by_model.cost_usd_per_hit_25km is
    'US dollars an answer within 25 km, of the runs whose price is known; NULL where there is none.';
comment on column bi.cost_by_model.cost_usd_per_city_match is
    'US dollars a right city name, of the runs whose price is known; NULL where there is none.';
comment on column bi.cost_by_model.n_unpriced_calls is
    'Billed calls without a known price: they are not in cost_usd.';
