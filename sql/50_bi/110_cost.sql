create view bi.cost as
select
    run.run_id,
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    score.n_images,
    score.n_answered,
    score.input_tokens,
    score.output_tokens,
    score.tokens_total,
    effect.tokens_per_image,
    effect.cost_usd,
    effect.n_unpriced_calls,
    effect.cost_usd_per_image,
    effect.cost_usd_per_hit_25km,
    effect.cost_usd_per_city_match,
    score.accuracy_25km_all,
    score.city_match_all,
    effect.is_on_frontier
from metrics.run_score as score
inner join core.run as run on run.run_id = score.run_id
inner join bias.cost_effectiveness as effect on effect.run_id = score.run_id;

comment on view bi.cost is 'What a run and a correct answer cost. Grain: one run_id.';
comment on column bi.cost.n_unpriced_calls is 'Billed calls without a known price: they are not in cost_usd.';
