create view match.prediction_city as
with named as (
    select
        prediction.image_id,
        prediction.run_id,
        prediction.city,
        functions.normalise_name(prediction.city) as city_normalised,
        lower(prediction.city_given) = lower(image.city_label) as is_match_strict,
        functions.normalise_name(image.city_label) as label_normalised,
        image.city_label,
        image.city_place_id,
        image.location,
        -- A city of that name in another country or US state is another city.
        coalesce(country.name_iso not in (image.country_label_iso, image.country_place_iso), false)
        or coalesce(state.name_code not in (image.state_label, image.state_place), false) as is_elsewhere
    from core.prediction as prediction
    inner join core.image as image on image.image_id = prediction.image_id
    inner join match.prediction_country as country
        on country.image_id = prediction.image_id and country.run_id = prediction.run_id
    inner join match.prediction_state as state
        on state.image_id = prediction.image_id and state.run_id = prediction.run_id
),

tiered as (
    select
        named.image_id,
        named.run_id,
        named.city,
        named.city_label,
        named.is_match_strict,
        named.is_elsewhere,
        coalesce(named.city_normalised = named.label_normalised, false) as has_same_name,
        exists (
            select 1
            from core.place_name as alias
            where alias.name_normalised = named.city_normalised
                and alias.place_id = named.city_place_id
        ) as has_same_place,
        exists (
            select 1
            from core.place_name as alias
            inner join core.place as place on place.place_id = alias.place_id
            where alias.name_normalised = named.city_normalised
                and st_dwithin(place.location::geography, named.location::geography, 10000)
        ) as is_near
    from named
)

select
    tiered.image_id,
    tiered.run_id,
    tiered.city,
    tiered.is_match_strict,
    case when tiered.city_label is not null then
        tiered.has_same_name and not tiered.is_elsewhere
    end as is_match_normalised,
    case when tiered.city_label is not null then
        (tiered.has_same_name or tiered.has_same_place) and not tiered.is_elsewhere
    end as is_match,
    case when tiered.city_label is not null then
        (tiered.has_same_name or tiered.has_same_place) and not tiered.is_elsewhere or tiered.is_near
    end as is_match_locality
from tiered;

comment on view match.prediction_city is
    'Answered against true city in tiers, each taking in the one before. Grain: one (image_id, run_id).';
comment on column match.prediction_city.image_id is 'Key of the image.';
comment on column match.prediction_city.run_id is 'Key of the run.';
comment on column match.prediction_city.city is 'City as the model wrote it; NULL where it wrote none.';
comment on column match.prediction_city.is_match_strict is
    'Both names are equal in lower case, whatever the country: the rule of IMAGEO-Bench''s scripts; NULL where either is missing.';
comment on column match.prediction_city.is_match_normalised is
    'Both names are equal as functions.normalise_name gives them, and the model did not put the city into another country or US state; NULL where the image has no city label.';
comment on column match.prediction_city.is_match is
    'As is_match_normalised, or both names mean the same GeoNames place; NULL where the image has no city label.';
comment on column match.prediction_city.is_match_locality is
    'As is_match, or a place of the written name lies within 10 km of the true point: wards, suburbs, twin cities; NULL where the image has no city label.';
