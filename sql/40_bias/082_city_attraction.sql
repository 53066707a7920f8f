create view bias.city_attraction as
with answer as (
    select
        score.run_id,
        score.is_city_match,
        functions.normalise_name(image.city_label) as true_city,
        image.country_iso as true_country_iso,
        functions.normalise_name(prediction.city) as predicted_city,
        score.country_name_iso as predicted_country_iso
    from metrics.prediction_score as score
    inner join core.image as image on image.image_id = score.image_id
    inner join core.prediction as prediction
        on prediction.image_id = score.image_id and prediction.run_id = score.run_id
    where image.city_label is not null and prediction.city is not null
),

counted as (
    select
        answer.run_id,
        side.city,
        side.country_iso,
        count(*) filter (where side.is_truth) as n_true,
        count(*) filter (where not side.is_truth) as n_predicted,
        count(*) filter (where side.is_truth and answer.is_city_match) as n_correct
    from answer
    -- A match under another name (Munich, München) counts for the name of the truth.
    cross join lateral (
        values
        (answer.true_city, answer.true_country_iso, true),
        (
            case when answer.is_city_match then answer.true_city else answer.predicted_city end,
            case when answer.is_city_match then answer.true_country_iso else answer.predicted_country_iso end,
            false
        )
    ) as side (city, country_iso, is_truth)
    where side.city is not null
    group by answer.run_id, side.city, side.country_iso
)

select
    counted.run_id,
    counted.city,
    counted.country_iso,
    (sum(counted.n_true) over (partition by counted.run_id))::bigint as n_images,
    counted.n_true,
    counted.n_predicted,
    counted.n_correct,
    counted.n_true::double precision
    / nullif(sum(counted.n_true) over (partition by counted.run_id), 0)::double precision as true_share,
    counted.n_predicted::double precision
    / nullif(sum(counted.n_predicted) over (partition by counted.run_id), 0)::double precision as predicted_share,
    counted.n_predicted::double precision / nullif(counted.n_true, 0)::double precision as attraction
from counted;

comment on view bias.city_attraction is
    'How much more often a city is answered than it is true, among images with a city label whose answer names a city. Grain: one (run_id, city, country_iso).';
comment on column bias.city_attraction.run_id is 'Key of the run.';
comment on column bias.city_attraction.city is
    'City as functions.normalise_name gives it; an answer that means the true city counts under the name of the truth.';
comment on column bias.city_attraction.country_iso is
    'Its country, ISO 3166-1 alpha-2: the true one, for an answer the one that the model wrote; NULL where that is unknown.';
comment on column bias.city_attraction.n_images is 'Images with a city label whose answer names a city, of the whole run.';
comment on column bias.city_attraction.n_true is 'Those among them whose true city it is.';
comment on column bias.city_attraction.n_predicted is 'Those among them whose answered city it is.';
comment on column bias.city_attraction.n_correct is 'Those among them for which both hold.';
comment on column bias.city_attraction.true_share is 'n_true over all images counted, 0 to 1.';
comment on column bias.city_attraction.predicted_share is 'n_predicted over all images counted, 0 to 1.';
comment on column bias.city_attraction.attraction is
    'n_predicted / n_true: above 1 an attractor; NULL where the city is never true. Intervals: statistic attraction in bi.estimate.';
