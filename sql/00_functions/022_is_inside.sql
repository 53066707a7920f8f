-- The planner takes st_intersects for true once in 100,000 times, and plans as if joins gave one row. Of the pieces in
-- a point's own cell one in a few holds it: a `case` counts as one in two. Inlined, so it costs nothing.
create function functions.is_inside(location geometry, area geometry) returns boolean
language sql immutable parallel safe
return case when st_intersects(area, location) then true else false end;  -- noqa: ST02

comment on function functions.is_inside(geometry, geometry) is
    'Whether a point lies in an area or on its edge: st_intersects, with an estimate fit for points and pieces of one square degree.';
