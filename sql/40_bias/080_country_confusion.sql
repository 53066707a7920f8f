create view bias.country_confusion as
select
    score.run_id,
    answer.evidence,
    -- A label and a point may mean two countries (Hong Kong, Puerto Rico): a match counts on the diagonal.
    case when answer.is_match then answer.country_iso else image.country_iso end as true_country_iso,
    answer.country_iso as predicted_country_iso,
    count(*) as n_images
from metrics.prediction_score as score
inner join core.image as image on image.image_id = score.image_id
cross join lateral (
    values
    ('name', score.country_name_iso, score.is_country_match),
    ('place', score.country_place_iso, score.is_country_match_place)
) as answer (evidence, country_iso, is_match)
where image.country_iso is not null
group by
    score.run_id,
    answer.evidence,
    case when answer.is_match then answer.country_iso else image.country_iso end,
    answer.country_iso;

comment on view bias.country_confusion is
    'Confusion matrix of countries: how often a true country was taken for which. Grain: one (run_id, evidence, true_country_iso, predicted_country_iso).';
comment on column bias.country_confusion.run_id is 'Key of the run.';
comment on column bias.country_confusion.evidence is
    'What the answered country is read from: name (what the model wrote) or place (where its point lies).';
comment on column bias.country_confusion.true_country_iso is
    'True country, ISO 3166-1 alpha-2: by the point, else by the label; where the answer matches either, the one that it matches.';
comment on column bias.country_confusion.predicted_country_iso is
    'Answered country, ISO 3166-1 alpha-2; NULL where none was named, none of that name is known, or the point is missing or at sea.';
comment on column bias.country_confusion.n_images is 'Images.';
