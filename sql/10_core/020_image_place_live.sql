-- Points are joined to regions by cell, all levels at once; the nearest region is looked up for the few that lie in
-- none. `limit 1` in look-ups that give one row anyway has the planner compute them once, and by index (it takes the
-- names of a level for a handful).
create view core.image_place_live as
with exact as (
    select
        image.image_id,
        image.dataset_id,
        min(piece.code) filter (where piece.level = 'country') as country_code,
        min(piece.code) filter (where piece.level = 'admin1') as admin1_code,
        min(piece.code) filter (where piece.level = 'us_state') as us_state_code
    from data.image as image
    inner join core.region_piece as piece
        on piece.cell = functions.degree_cell(image.location)
        and functions.is_inside(image.location, piece.geometry)
    where piece.level in ('country', 'admin1', 'us_state')
    group by image.image_id, image.dataset_id
)

select
    image.image_id,
    image.dataset_id,
    country_name.code as country_label_iso,
    place.country_code as country_place_iso,
    place.admin1_code as admin1_place_code,
    state_name.code as state_label_code,
    place.us_state_code as state_place_code,
    city.place_id as city_place_id
from data.image as image
-- By dataset too, so that the choice of one reaches the join of points to regions.
left join exact on exact.image_id = image.image_id and exact.dataset_id = image.dataset_id
cross join lateral ( -- noqa: ST05
    select
        coalesce(exact.country_code, core.nearest_region('country', image.location)) as country_code,
        coalesce(exact.admin1_code, core.nearest_region('admin1', image.location)) as admin1_code,
        coalesce(
            exact.us_state_code,
            -- Windsor, Ontario is within 10 km of Michigan, and not in it.
            case
                when coalesce(exact.country_code, 'US') in ('US', 'AS', 'GU', 'MP', 'PR', 'VI')
                    then core.nearest_region('us_state', image.location)
            end
        ) as us_state_code,
        functions.normalise_name(image.country_label) as country_name,
        functions.normalise_name(image.state_label) as state_name,
        functions.normalise_name(image.city_label) as city_name
    limit 1 -- noqa: AM09
) as place
left join lateral (
    select alias.code
    from data.region_alias as alias
    where alias.level = 'country'
        and alias.country_code = ''
        and alias.name_normalised = place.country_name
    order by alias.code
    limit 1
) as country_name on true
left join data.region as country
    on country.level = 'country'
    and country.code = coalesce(country_name.code, place.country_code)
left join lateral (
    select alias.code
    from data.region_alias as alias
    where alias.level = 'us_state'
        and alias.country_code = 'US'
        and alias.name_normalised = place.state_name
        -- Elsewhere the same letters mean other states (WA is in Australia too).
        and (place.us_state_code is not null or coalesce(country.sovereign_code, 'US') = 'US')
    order by alias.code
    limit 1
) as state_name on true
left join lateral (
    select gazetteer.place_id
    from data.place_alias as alias
    inner join data.place as gazetteer on gazetteer.place_id = alias.place_id
    where alias.name_normalised = place.city_name
        -- Cheap, and leaves few for the geodesic: 50 km are at most 0.453 degrees of latitude.
        and abs(st_y(gazetteer.location) - st_y(image.location)) < 0.46
        and st_dwithin(gazetteer.location::geography, image.location::geography, 50000)
    order by
        gazetteer.country_code is distinct from place.country_code,
        st_distance(gazetteer.location::geography, image.location::geography),
        gazetteer.place_id
    limit 1
) as city on true;

comment on view core.image_place_live is
    'What the labels of an image mean and which regions its point lies in: the definition of the cache that core.image reads. Grain: one image_id.';
comment on column core.image_place_live.image_id is 'Key of the image.';
comment on column core.image_place_live.dataset_id is 'Key of the dataset.';
comment on column core.image_place_live.country_label_iso is
    'ISO 3166-1 alpha-2 code of the country that the label means; NULL where it is missing or no country has that name.';
comment on column core.image_place_live.country_place_iso is
    'ISO 3166-1 alpha-2 code of the country that the point lies in, or lies within 10 km of; NULL on the open sea.';
comment on column core.image_place_live.admin1_place_code is
    'Code of the first-level administrative region that the point lies in, or lies within 10 km of; NULL on the open sea.';
comment on column core.image_place_live.state_label_code is
    'Postal code of the US state that the label means; NULL where the image is not from the US.';
comment on column core.image_place_live.state_place_code is
    'Postal code of the US state that the point lies in, or lies within 10 km of where its country is the US; NULL elsewhere.';
comment on column core.image_place_live.city_place_id is
    'GeoNames id of the place that the city label means: of the places of that name within 50 km of the point, the nearest, those in the point''s country first; NULL where there is none.';
