-- The upper edges (180 degrees east, the pole) belong to the last cells.
create function functions.degree_cell(location geometry) returns integer
language sql immutable strict parallel safe
return (
    (least(floor(st_y(location)), 89) + 90) * 360
    + least(floor(st_x(location)), 179) + 180
)::integer;

comment on function functions.degree_cell(geometry) is
    'Number of the square degree that a WGS84 point lies in: 360 in a row from 180 degrees west, rows from the south pole. Pieces of boundaries carry it (core.region_piece), so that points find them by equality.';
