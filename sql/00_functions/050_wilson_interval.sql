create function functions.wilson_lower(k bigint, n bigint) returns double precision
immutable strict parallel safe
return case when n > 0 and k > 0 then (
    k + 3.8414588206941236 / 2
    - 1.959963984540054 * sqrt(k * (n - k)::double precision / n + 3.8414588206941236 / 4)
) / (n + 3.8414588206941236) when n > 0 then 0 end;

comment on function functions.wilson_lower(bigint, bigint) is
    'Lower end of the Wilson 95 % interval of k hits among n, 0 to 1; NULL where n is 0. Source: Wilson (1927), z = 1.959964.';

create function functions.wilson_upper(k bigint, n bigint) returns double precision
immutable strict parallel safe
return case when n > 0 and k < n then (
    k + 3.8414588206941236 / 2
    + 1.959963984540054 * sqrt(k * (n - k)::double precision / n + 3.8414588206941236 / 4)
) / (n + 3.8414588206941236) when n > 0 then 1 end;

comment on function functions.wilson_upper(bigint, bigint) is
    'Upper end of the Wilson 95 % interval of k hits among n, 0 to 1; NULL where n is 0. Source: Wilson (1927), z = 1.959964.';
