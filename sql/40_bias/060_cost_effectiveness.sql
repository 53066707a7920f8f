create view bias.cost_effectiveness as
with priced as (
    select
        run_score.run_id,
        run.dataset_id,
        run_score.cost_usd,
        -- What a part of the calls cost says nothing of an image: all prices are known, or the ratio is not.
        case when run_score.n_unpriced_calls > 0 then null else run_score.cost_usd end as whole_cost_usd,
        run_score.n_unpriced_calls,
        run_score.n_images,
        run_score.n_city,
        run_score.tokens_total,
        run_score.accuracy_25km_all,
        run_score.city_match_all,
        case when run_score.n_unpriced_calls > 0 then null else run_score.cost_usd end
        / run_score.n_images as cost_usd_per_image
    from metrics.run_score as run_score
    inner join core.run as run on run.run_id = run_score.run_id
)

select
    priced.run_id,
    priced.cost_usd,
    priced.n_unpriced_calls,
    priced.n_images,
    priced.cost_usd_per_image,
    priced.whole_cost_usd / nullif(round(priced.accuracy_25km_all * priced.n_images), 0) as cost_usd_per_hit_25km,
    priced.whole_cost_usd / nullif(round(priced.city_match_all * priced.n_city), 0) as cost_usd_per_city_match,
    priced.tokens_total::double precision / priced.n_images as tokens_per_image,
    case when priced.whole_cost_usd is not null then not exists (
        select 1
        from priced as rival
        where rival.dataset_id = priced.dataset_id
            and rival.cost_usd_per_image <= priced.cost_usd_per_image
            and rival.accuracy_25km_all >= priced.accuracy_25km_all
            and (
                rival.cost_usd_per_image < priced.cost_usd_per_image
                or rival.accuracy_25km_all > priced.accuracy_25km_all
            )
    ) end as is_on_frontier
from priced;

comment on view bias.cost_effectiveness is
    'What a run costs and what a correct answer costs. Grain: one run_id.';
comment on column bias.cost_effectiveness.run_id is 'Key of the run.';
comment on column bias.cost_effectiveness.cost_usd is
    'US dollars of the calls whose price is known; NULL where none is.';
comment on column bias.cost_effectiveness.n_unpriced_calls is
    'Billed calls without a known price: where there is one, dollars an image and an answer are NULL.';
comment on column bias.cost_effectiveness.n_images is 'Images that the run was asked about.';
comment on column bias.cost_effectiveness.cost_usd_per_image is 'US dollars an image asked about; NULL where a call has no known price.';
comment on column bias.cost_effectiveness.cost_usd_per_hit_25km is
    'US dollars an answer within 25 km; NULL where there is none, or a call has no known price.';
comment on column bias.cost_effectiveness.cost_usd_per_city_match is
    'US dollars a right city name; NULL where there is none, or a call has no known price.';
comment on column bias.cost_effectiveness.tokens_per_image is
    'Tokens sent and received an image asked about.';
comment on column bias.cost_effectiveness.is_on_frontier is
    'No other run of the dataset is at least as cheap and at least as accurate within 25 km, and better in one.';
