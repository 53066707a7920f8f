-- 10 km: labelled points of the known sets lie at most 1 km off their country's boundary, answered ones at most 6 km;
-- a greater reach found no more of them. Farther out is open sea.
-- The body is text, which makes no dependency: views and functions can be dropped apart.
create function core.nearest_region(region_level text, location geometry) returns text
language sql stable strict parallel safe
as $$
    select piece.code
    from core.region_piece as piece
    where piece.level = region_level
        and piece.cell = any(functions.degree_cells_near(location, 10))
        and public.st_dwithin(piece.geometry::public.geography, location::public.geography, 10000)
    order by public.st_distance(piece.geometry::public.geography, location::public.geography), piece.code
    limit 1
$$;

comment on function core.nearest_region(text, geometry) is
    'Code of the region of a level whose boundary is nearest to a WGS84 point, by geodesic distance; NULL where none is within 10 km. The first by code where two are equally near.';
