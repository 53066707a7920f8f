create view match.prediction_state as
with named as (
    select
        prediction.image_id,
        prediction.run_id,
        prediction.state,
        prediction.state_given,
        functions.normalise_name(prediction.state) as state_normalised
    from core.prediction as prediction
)

select
    named.image_id,
    named.run_id,
    named.state,
    us_name.code as name_code,
    place.state_code as place_code,
    coalesce(strict_answer.code, nullif(upper(named.state_given), ''))
    = coalesce(strict_truth.code, upper(image.state_text)) as is_match_strict,
    case
        when image.state_code is not null
            then coalesce(us_name.code in (image.state_label, image.state_place), false)
        when image.state_text is not null
            then coalesce(
                admin1_name.code = image.admin1_code
                or named.state_normalised = functions.normalise_name(image.state_text), false
            )
    end as is_match,
    case
        when image.state_code is not null
            then coalesce(place.state_code in (image.state_label, image.state_place), false)
        when image.state_text is not null
            then coalesce(place.admin1_code = image.admin1_code, false)
    end as is_match_place
from named
inner join core.image as image on image.image_id = named.image_id
left join core.region_name as us_name
    on us_name.level = 'us_state'
    and us_name.country_code = 'US'
    and us_name.name_normalised = named.state_normalised
left join core.region_name as admin1_name
    on admin1_name.level = 'admin1'
    and admin1_name.country_code = image.country_iso
    and admin1_name.name_normalised = named.state_normalised
left join core.region as strict_answer
    on strict_answer.level = 'us_state'
    and upper(strict_answer.name) = upper(named.state_given)
    and strict_answer.code <> 'DC'
left join core.region as strict_truth
    on strict_truth.level = 'us_state'
    and upper(strict_truth.name) = upper(image.state_text)
    and strict_truth.code <> 'DC'
left join match.prediction_place as place
    on place.image_id = named.image_id
    and place.run_id = named.run_id;

comment on view match.prediction_state is
    'Answered against true state: the US state in the US; elsewhere the first-level region, where the truth has a label for it. Grain: one (image_id, run_id).';
comment on column match.prediction_state.image_id is 'Key of the image.';
comment on column match.prediction_state.run_id is 'Key of the run.';
comment on column match.prediction_state.state is 'State as the model wrote it; NULL where it wrote none.';
comment on column match.prediction_state.name_code is 'Postal code of the US state that the model wrote.';
comment on column match.prediction_state.place_code is 'Postal code of the US state that the answered point lies in.';
comment on column match.prediction_state.is_match_strict is
    'Both are equal in upper case after full names of US states became postal codes (DC apart): the rule of IMAGEO-Bench''s scripts; NULL where either is missing or empty.';
comment on column match.prediction_state.is_match is 'The written state is the true one; NULL where the image has no state.';
comment on column match.prediction_state.is_match_place is
    'The answered point lies in the true state; NULL where the image has no state.';
