-- Points are joined to regions by cell, all levels at once; the nearest region is looked up for the few that lie in
-- none.
create view match.prediction_place_live as
with exact as (
    select
        prediction.image_id,
        prediction.run_id,
        min(piece.code) filter (where piece.level = 'country') as country_iso,
        min(piece.code) filter (where piece.level = 'admin1') as admin1_code,
        min(piece.code) filter (where piece.level = 'us_state') as state_code
    from core.prediction as prediction
    inner join core.region_piece as piece
        on piece.cell = functions.degree_cell(prediction.location)
        and functions.is_inside(prediction.location, piece.geometry)
    where piece.level in ('country', 'admin1', 'us_state')
    group by prediction.image_id, prediction.run_id
),

place as (
    select
        prediction.image_id,
        prediction.run_id,
        prediction.location,
        coalesce(exact.country_iso, core.nearest_region('country', prediction.location)) as country_iso,
        coalesce(exact.admin1_code, core.nearest_region('admin1', prediction.location)) as admin1_code,
        exact.state_code
    from core.prediction as prediction
    left join exact on exact.image_id = prediction.image_id and exact.run_id = prediction.run_id
    where prediction.is_located
)

select
    place.image_id,
    place.run_id,
    place.country_iso,
    place.admin1_code,
    coalesce(
        place.state_code,
        -- Windsor in Canada is nearer than 10 km to Michigan and yet not in it.
        case when country.sovereign_code = 'US' then core.nearest_region('us_state', place.location) end
    ) as state_code
from place
left join core.region as country on country.level = 'country' and country.code = place.country_iso;

comment on view match.prediction_place_live is
    'Regions that the answered point lies in, or lies within 10 km of: the definition of the cache that match.prediction_place reads. Grain: one (image_id, run_id) that has a point.';
comment on column match.prediction_place_live.image_id is 'Key of the image.';
comment on column match.prediction_place_live.run_id is 'Key of the run.';
comment on column match.prediction_place_live.country_iso is 'ISO 3166-1 alpha-2 code of the country; NULL at sea.';
comment on column match.prediction_place_live.admin1_code is 'Code of the first-level administrative region; NULL at sea.';
comment on column match.prediction_place_live.state_code is 'Postal code of the US state; NULL outside the US.';
