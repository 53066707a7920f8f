create view bi.answer as
select
    prediction.image_id,
    prediction.run_id,
    prediction.outcome,
    prediction.city as answered_city,
    prediction.state as answered_state,
    prediction.country as answered_country,
    prediction.latitude as answered_latitude,
    prediction.longitude as answered_longitude,
    prediction.confidence,
    left(
        coalesce(
            (
                select string_agg(nullif(btrim(part.value #>> '{}'), ''), ' ' order by part.position)
                from jsonb_path_query(prediction.reasoning, '$.keyvalue().value', silent => true)
                with ordinality as part (value, position)
            ),
            case when prediction.outcome in ('no_coordinates', 'refused', 'unparsable') then prediction.raw_response end
        ),
        400
    ) as reasoning
from core.prediction as prediction;

comment on view bi.answer is
    'What the model said to one image, short enough to stand beside it. Grain: one (image_id, run_id).';
comment on column bi.answer.answered_city is 'City as the model wrote it.';
comment on column bi.answer.answered_state is 'State as the model wrote it.';
comment on column bi.answer.answered_country is 'Country as the model wrote it.';
comment on column bi.answer.answered_latitude is 'Answered latitude, degrees, WGS84.';
comment on column bi.answer.answered_longitude is 'Answered longitude, degrees, WGS84.';
comment on column bi.answer.reasoning is
    'The model''s words: the parts of its reasons one after the other, else the raw response where there is no place in it; cut to 400 characters. NULL where it gave none. Text from outside, to be shown as text.';
