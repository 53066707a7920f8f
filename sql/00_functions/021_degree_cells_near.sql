-- A degree of latitude is at least 110.5 km; a margin of a thousandth covers rounding. Around a pole every longitude is
-- near, and across the antimeridian columns go on from the other side.
create function functions.degree_cells_near(location geometry, distance_km double precision) returns integer []
language sql immutable strict parallel safe
return (
    with reach as (
        select
            st_x(location) as x,
            st_y(location) as y,
            distance_km / 110.5 + 0.001 as height
    ),

    width as (
        select
            reach.x,
            reach.y,
            reach.height,
            case
                when abs(reach.y) + reach.height >= 89.9 then 180
                else least(180, reach.height / cos(radians(abs(reach.y) + reach.height)))
            end as width
        from reach
    )

    select array_agg(distinct rows.line * 360 + (columns.degree + 540) % 360)
    from width
    cross join
        generate_series(
            greatest(0, floor(width.y - width.height)::integer + 90),
            least(179, floor(width.y + width.height)::integer + 90)
        ) as rows (line)
    cross join
        generate_series(
            floor(width.x - width.width)::integer, floor(width.x + width.width)::integer
        ) as columns (degree)
);

comment on function functions.degree_cells_near(geometry, double precision) is
    'Numbers (functions.degree_cell) of all square degrees of which some ground may lie within distance_km of a WGS84 point, across the antimeridian and around the poles too.';
