create view core.place as
select
    place.place_id,
    place.name,
    place.country_code,
    place.admin1_code,
    place.population,
    place.location::geometry(point, 4326) as location
from data.place as place;

comment on view core.place is 'Gazetteer of populated places. Grain: one place_id.';
comment on column core.place.place_id is 'GeoNames id.';
comment on column core.place.name is 'Name in GeoNames.';
comment on column core.place.country_code is 'ISO 3166-1 alpha-2 code of the country.';
comment on column core.place.admin1_code is 'GeoNames admin-1 code; the postal code in the US.';
comment on column core.place.population is 'Inhabitants.';
comment on column core.place.location is 'Where the place is, WGS84.';
