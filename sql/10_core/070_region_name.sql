create view core.region_name as
select
    region_alias.level,
    region_alias.country_code,
    region_alias.name_normalised,
    region_alias.code
from data.region_alias as region_alias;

comment on view core.region_name is
    'Names of regions, in many languages and spellings. Grain: one (level, country_code, name_normalised).';
comment on column core.region_name.level is 'country, admin1 or us_state.';
comment on column core.region_name.country_code is 'Country within which the name holds; empty for countries.';
comment on column core.region_name.name_normalised is 'The name as functions.normalise_name gives it.';
comment on column core.region_name.code is 'Code of the region that the name means.';
