create function core.region_at(region_level text, location geometry) returns text
language sql stable strict parallel safe
as $$
    select coalesce(
        (
            select min(piece.code)
            from core.region_piece as piece
            where piece.level = region_level
                and piece.cell = functions.degree_cell(location)
                and functions.is_inside(location, piece.geometry)
        ),
        core.nearest_region(region_level, location)
    )
$$;

comment on function core.region_at(text, geometry) is
    'Code of the region of a level (country, admin1, us_state, or one of your own) that a WGS84 point lies in: the exact boundary decides, else the nearest one within 10 km; NULL on the open sea. On a common border the first by code. For one point or a few; core.region_piece says how to join many.';
