create view bi.prediction_reasoning as
select
    score.score_id as reasoning_id,
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    score.run_id,
    score.image_id,
    score.is_located,
    score.is_country_named,
    score.is_state_named,
    score.is_city_named,
    score.is_country_match,
    score.is_state_match,
    score.is_city_match,
    score.error_km,
    image.country_label as true_country,
    true_country.name as true_country_name,
    image.state_text as true_state,
    true_state.name as true_state_name,
    image.city_label as true_city,
    prediction.country as answered_country,
    answered_country.name as answered_country_name,
    prediction.state as answered_state,
    prediction.city as answered_city,
    (
        select string_agg(part.said, e'\n' order by part.place)
        from jsonb_each_text(prediction.reasoning) with ordinality as part (name, said, place)
    ) as reasoning
from metrics.prediction_score as score
inner join core.run as run on run.run_id = score.run_id
inner join core.image as image on image.image_id = score.image_id
inner join core.prediction as prediction
    on prediction.image_id = score.image_id and prediction.run_id = score.run_id
left join core.region as true_country
    on true_country.level = 'country' and true_country.code = image.country_iso
left join core.region as true_state
    on true_state.level = 'us_state' and true_state.code = image.state_code
left join core.region as answered_country
    on answered_country.level = 'country' and answered_country.code = score.country_name_iso
where jsonb_typeof(prediction.reasoning) = 'object';

comment on view bi.prediction_reasoning is
    'Why a model answered as it did, in its words, beside whether it was right; answers without a reason are not in it. Grain: one reasoning_id, which is one (image_id, run_id).';
comment on column bi.prediction_reasoning.reasoning_id is 'Unique integer key, the same as detail_id in bi.prediction_detail.';
comment on column bi.prediction_reasoning.true_country is 'True country as the truth file gives it.';
comment on column bi.prediction_reasoning.true_country_name is 'English short name of the true country.';
comment on column bi.prediction_reasoning.true_state_name is 'English name of the true US state.';
comment on column bi.prediction_reasoning.answered_country_name is
    'English short name of the country that the answer names; NULL where it is none that is known.';
comment on column bi.prediction_reasoning.true_state is 'True state as the truth file gives it.';
comment on column bi.prediction_reasoning.true_city is 'True city as the truth file gives it.';
comment on column bi.prediction_reasoning.answered_country is 'Country as the model wrote it.';
comment on column bi.prediction_reasoning.answered_state is 'State as the model wrote it.';
comment on column bi.prediction_reasoning.answered_city is 'City as the model wrote it.';
comment on column bi.prediction_reasoning.reasoning is
    'What the model wrote as its reasons, in any language, its named parts one after the other, a line each. Text from outside: show it as text only.';
