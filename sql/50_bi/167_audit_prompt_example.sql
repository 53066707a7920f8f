-- Neighbouring numbers of a prompt that can be coordinates, in either order, once for each prompt.
create view bi.audit_prompt_example as
with number as (
    select
        prompt.prompt_hash,
        found.digits[1]::double precision as given,
        lead(found.digits[1]::double precision) over (partition by prompt.prompt_hash order by found.place) as following
    from (
        select
            known.prompt_hash,
            min(known.prompt_text) as prompt_text
        from core.prompt as known
        group by known.prompt_hash
    ) as prompt
    cross join lateral regexp_matches(
        prompt.prompt_text, '(?<![0-9A-Za-z.])-?\d{1,3}(?:\.\d{1,15})?(?![0-9])', 'g'
    ) with ordinality as found (digits, place)
),

example as (
    select
        number.prompt_hash,
        number.given as latitude,
        number.following as longitude
    from number
    union
    select
        number.prompt_hash,
        number.following as latitude,
        number.given as longitude
    from number
)

select
    prediction.image_id,
    prediction.run_id,
    run.dataset,
    run.run_label,
    image.image_name,
    prediction.latitude as answered_latitude,
    prediction.longitude as answered_longitude,
    prediction.city as answered_city,
    prediction.confidence
from example
inner join core.prompt as prompt on prompt.prompt_hash = example.prompt_hash
inner join core.run as run on run.run_id = prompt.run_id
inner join core.prediction as prediction
    on prediction.run_id = prompt.run_id
    and prediction.latitude = example.latitude
    and prediction.longitude = example.longitude
inner join core.image as image on image.image_id = prediction.image_id
where prediction.is_located;

comment on view bi.audit_prompt_example is
    'Audit: answers whose coordinates are an example that stands in the prompt: two neighbouring numbers of it, in either order. Known only for runs whose prompt is known, as those that imageo asked; see audit_repeated_point for the others. Grain: one (image_id, run_id).';
comment on column bi.audit_prompt_example.answered_latitude is 'Answered latitude, degrees, WGS84: as in the prompt.';
comment on column bi.audit_prompt_example.answered_longitude is 'Answered longitude, degrees, WGS84: as in the prompt.';
comment on column bi.audit_prompt_example.answered_city is 'City as the model wrote it.';
