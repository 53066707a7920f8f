-- One pass over answers and truth gives every verdict: views on single questions (prediction_country, ...) are
-- projections of it, and never need to be joined to each other.
create view match.prediction_match as
select
    prediction.image_id,
    prediction.run_id,
    prediction.version,
    prediction.is_answered,
    prediction.is_located,
    prediction.confidence,
    image.location as true_location,
    prediction.location as answered_location,
    prediction.country,
    prediction.state,
    prediction.city,
    country_name.code as country_name_iso,
    place.country_iso as country_place_iso,
    state_name.code as state_name_code,
    place.state_code as state_place_code,
    lower(prediction.country_given) = lower(image.country_label) as is_country_match_strict,
    case when image.country_iso is not null then
        coalesce(country_name.code in (image.country_label_iso, image.country_place_iso), false)
    end as is_country_match,
    case when image.country_iso is not null then
        coalesce(place.country_iso in (image.country_label_iso, image.country_place_iso), false)
    end as is_country_match_place,
    functions.postal_code(prediction.state_given)
    = functions.postal_code(image.state_text) as is_state_match_strict,
    case
        when image.state_code is not null
            then coalesce(state_name.code in (image.state_label, image.state_place), false)
        when image.state_text is not null
            then coalesce(admin1_name.code = image.admin1_code or written.state = truth.state, false)
    end as is_state_match,
    case
        when image.state_code is not null
            then coalesce(place.state_code in (image.state_label, image.state_place), false)
        when image.state_text is not null
            then coalesce(place.admin1_code = image.admin1_code, false)
    end as is_state_match_place,
    lower(prediction.city_given) = lower(image.city_label) as is_city_match_strict,
    case when image.city_label is not null then city.has_same_name end as is_city_match_normalised,
    case when image.city_label is not null then
        city.has_same_name or city.has_same_place
    end as is_city_match,
    case when image.city_label is not null then
        city.has_same_name or city.has_same_place or city.is_near
    end as is_city_match_locality,
    name_region.sovereign_code <> place_region.sovereign_code as is_contradictory
from core.prediction as prediction
inner join core.image as image on image.image_id = prediction.image_id
-- offset 0: computed once a row, not again in each expression that uses it.
cross join lateral (
    select
        functions.normalise_name(prediction.country) as country,
        functions.normalise_name(prediction.state) as state,
        functions.normalise_name(prediction.city) as city
    offset 0
) as written
cross join lateral (
    select
        functions.normalise_name(image.state_text) as state,
        functions.normalise_name(image.city_label) as city
    offset 0
) as truth
left join core.region_name as country_name
    on country_name.level = 'country'
    and country_name.country_code = ''
    and country_name.name_normalised = written.country
left join core.region_name as state_name
    on state_name.level = 'us_state'
    and state_name.country_code = 'US'
    and state_name.name_normalised = written.state
left join core.region_name as admin1_name
    on admin1_name.level = 'admin1'
    and admin1_name.country_code = image.country_iso
    and admin1_name.name_normalised = written.state
left join match.prediction_place as place
    on place.image_id = prediction.image_id
    and place.run_id = prediction.run_id
left join core.region as name_region
    on name_region.level = 'country'
    and name_region.code = country_name.code
left join core.region as place_region
    on place_region.level = 'country'
    and place_region.code = place.country_iso
-- A city of that name in another country or US state is another city.
cross join lateral (
    select
        (country_name.code is not null and image.country_iso is not null
            and not coalesce(country_name.code in (image.country_label_iso, image.country_place_iso), false))
        or (state_name.code is not null and image.state_code is not null
            and not coalesce(state_name.code in (image.state_label, image.state_place), false)) as is_elsewhere
    offset 0
) as claim
cross join lateral (
    select
        coalesce(written.city = truth.city, false) and not claim.is_elsewhere as has_same_name,
        not claim.is_elsewhere and exists (
            select 1
            from core.place_name as alias
            where alias.name_normalised = written.city
                and alias.place_id = image.city_place_id
        ) as has_same_place,
        exists (
            select 1
            from core.place_name as alias
            inner join core.place as gazetteer on gazetteer.place_id = alias.place_id
            where alias.name_normalised = written.city
                and st_dwithin(gazetteer.location::geography, image.location::geography, 10000)
        ) as is_near
    offset 0
) as city;

comment on view match.prediction_match is
    'Every answer against its truth: country, state and city by name and by place. The true country is the one that the label means or that the true point lies in: either will do, as labels of territories differ (Hong Kong, Puerto Rico); so for US states. Grain: one (image_id, run_id).';
comment on column match.prediction_match.true_location is 'True place, WGS84.';
comment on column match.prediction_match.answered_location is 'Answered place, WGS84; NULL where there is none.';
comment on column match.prediction_match.country_name_iso is
    'ISO 3166-1 alpha-2 code of the country that the model wrote; NULL where no country has that name.';
comment on column match.prediction_match.country_place_iso is
    'ISO 3166-1 alpha-2 code of the country that the answered point lies in; NULL at sea.';
comment on column match.prediction_match.state_name_code is 'Postal code of the US state that the model wrote.';
comment on column match.prediction_match.state_place_code is
    'Postal code of the US state that the answered point lies in.';
comment on column match.prediction_match.is_country_match_strict is
    'Both names are equal in lower case: the rule of IMAGEO-Bench''s scripts; NULL where either is missing.';
comment on column match.prediction_match.is_country_match is
    'The written country is the true one; NULL where the true one is unknown.';
comment on column match.prediction_match.is_country_match_place is
    'The answered point lies in the true country; NULL where the true one is unknown.';
comment on column match.prediction_match.is_state_match_strict is
    'Both are equal in upper case after names of US states became postal codes: the rule of IMAGEO-Bench''s scripts; NULL where either is missing or empty.';
comment on column match.prediction_match.is_state_match is
    'The written state is the true one: the US state in the US; elsewhere the first-level region, where the truth has a label for it; NULL where the image has no state.';
comment on column match.prediction_match.is_state_match_place is
    'The answered point lies in the true state; NULL where the image has no state.';
comment on column match.prediction_match.is_city_match_strict is
    'Both names are equal in lower case, whatever the country: the rule of IMAGEO-Bench''s scripts; NULL where either is missing.';
comment on column match.prediction_match.is_city_match_normalised is
    'Both names are equal as functions.normalise_name gives them, and the model did not put the city into another country or US state; NULL where the image has no city label.';
comment on column match.prediction_match.is_city_match is
    'As is_city_match_normalised, or both names mean the same GeoNames place; NULL where the image has no city label.';
comment on column match.prediction_match.is_city_match_locality is
    'As is_city_match, or a place of the written name lies within 10 km of the true point: wards, suburbs, twin cities; NULL where the image has no city label.';
comment on column match.prediction_match.is_contradictory is
    'The written country and the answered point disagree; a territory and its sovereign state agree. NULL where the country was not written, not known, or the point is missing or at sea.';
