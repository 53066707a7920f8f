create function functions.geoscore(error_km double precision) returns double precision
immutable strict parallel safe
return 5000 * exp(-error_km / 1492.7);

comment on function functions.geoscore(double precision) is
    'GeoGuessr score of a guess, 0 to 5000 points. Source: 5000 exp(-d / 1492.7), Haas et al. (2024), PIGEON.';
