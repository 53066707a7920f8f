create function functions.geodesic_km(a geometry, b geometry) returns double precision
immutable strict parallel safe
return public.st_distance(a::public.geography, b::public.geography, true) / 1000;

comment on function functions.geodesic_km(geometry, geometry) is
    'Length of the WGS84 geodesic between two points, kilometres. Source: Karney (2013), GeographicLib, through PostGIS.';
