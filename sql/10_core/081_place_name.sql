create view core.place_name as
select
    place_alias.name_normalised,
    place_alias.place_id
from data.place_alias as place_alias;

comment on view core.place_name is 'Names of populated places. Grain: one (name_normalised, place_id).';
comment on column core.place_name.name_normalised is 'The name as functions.normalise_name gives it.';
comment on column core.place_name.place_id is 'GeoNames id of the place.';
