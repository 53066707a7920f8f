create view bi.cost_by_model as
with spent as (
    select
        run.dataset,
        run.provider,
        run.model,
        score.n_images,
        score.n_answered,
        usage.n_calls,
        usage.n_batch_calls,
        usage.n_unpriced_calls,
        usage.input_tokens,
        usage.cached_tokens,
        usage.cache_write_tokens,
        usage.image_tokens,
        usage.output_tokens,
        usage.reasoning_tokens,
        usage.tokens_total,
        usage.cost_usd,
        effect.cost_usd as scored_cost_usd,
        round(score.accuracy_25km_all * score.n_images) as n_hits,
        round(score.city_match_all * score.n_city) as n_city_matches
    from core.run as run
    left join metrics.run_usage as usage on usage.run_id = run.run_id
    left join metrics.run_score as score on score.run_id = run.run_id
    left join bias.cost_effectiveness as effect on effect.run_id = run.run_id
    where usage.run_id is not null or score.run_id is not null
)

select
    row_number() over (order by spent.dataset, spent.provider, spent.model)::integer as cost_by_model_id,
    spent.dataset,
    spent.provider,
    spent.model,
    count(*) as n_runs,
    sum(spent.n_images)::bigint as n_images,
    sum(spent.n_answered)::bigint as n_answered,
    coalesce(sum(spent.n_calls), 0)::bigint as n_calls,
    coalesce(sum(spent.n_batch_calls), 0)::bigint as n_batch_calls,
    coalesce(sum(spent.n_unpriced_calls), 0)::bigint as n_unpriced_calls,
    (sum(spent.n_batch_calls) / sum(spent.n_calls))::double precision as batch_share,
    sum(spent.input_tokens)::bigint as input_tokens,
    sum(spent.cached_tokens)::bigint as cached_tokens,
    sum(spent.cache_write_tokens)::bigint as cache_write_tokens,
    sum(spent.image_tokens)::bigint as image_tokens,
    sum(spent.output_tokens)::bigint as output_tokens,
    sum(spent.reasoning_tokens)::bigint as reasoning_tokens,
    sum(spent.tokens_total)::bigint as tokens_total,
    sum(spent.cost_usd) as cost_usd,
    sum(spent.scored_cost_usd)
    / nullif(sum(spent.n_hits) filter (where spent.scored_cost_usd is not null), 0) as cost_usd_per_hit_25km,
    sum(spent.scored_cost_usd)
    / nullif(sum(spent.n_city_matches) filter (where spent.scored_cost_usd is not null), 0) as cost_usd_per_city_match
from spent
group by spent.dataset, spent.provider, spent.model;

comment on view bi.cost_by_model is
    'What a model and a correct answer of it cost over all runs of a dataset. Grain: one cost_by_model_id, which is one (dataset, provider, model).';
comment on column bi.cost_by_model.cost_by_model_id is 'Number of the row, for programs that want one.';
comment on column bi.cost_by_model.n_runs is 'Runs, repeats among them.';
comment on column bi.cost_by_model.batch_share is 'Share of the calls that were billed at the batch price.';
comment on column bi.cost_by_model.cost_usd is
    'US dollars of the calls whose price is known; NULL where none is.';
comment on column bi.cost_by_model.cost_usd_per_hit_25km is
    'US dollars an answer within 25 km, of the runs whose price is known; NULL where there is none.';
comment on column bi.cost_by_model.cost_usd_per_city_match is
    'US dollars a right city name, of the runs whose price is known; NULL where there is none.';
comment on column bi.cost_by_model.n_unpriced_calls is
    'Billed calls without a known price: they are not in cost_usd.';
