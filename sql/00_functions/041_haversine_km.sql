create function functions.haversine_km(a geometry, b geometry) returns double precision
immutable strict parallel safe
return 2 * 6371 * asin(sqrt(least(1,
    power(sin(radians(public.st_y(b) - public.st_y(a)) / 2), 2)
    + cos(radians(public.st_y(a))) * cos(radians(public.st_y(b)))
    * power(sin(radians(public.st_x(b) - public.st_x(a)) / 2), 2)
)));

comment on function functions.haversine_km(geometry, geometry) is
    'Great-circle distance on a sphere of 6,371 km, kilometres: the distance of published tables. Source: haversine formula.';
