create view core.region as
select
    region.region_id,
    region.level,
    region.code,
    region.name,
    region.parent_code,
    region.sovereign_code,
    region.iso_a3,
    region.subregion,
    region.income_group,
    region.population,
    region.attributes,
    region.source,
    region.point_of_view,
    region.label_location::geometry(point, 4326) as label_location,
    region.geometry::geometry(multipolygon, 4326) as geometry
from data.region as region;

comment on view core.region is 'Regions of the Earth by level. Grain: one (level, code).';
comment on column core.region.region_id is 'Key of the region; a new one whenever its boundaries are loaded again.';
comment on column core.region.level is 'continent, country, admin1, us_state, or a level of the user''s own.';
comment on column core.region.code is
    'Country: ISO 3166-1 alpha-2 (XK for Kosovo). US state: postal code, territories included. Admin-1: ISO 3166-2 where it is unique, else Natural Earth''s code. Continent: AF, AN, AS, EU, NA, OC, SA.';
comment on column core.region.name is 'English short name.';
comment on column core.region.parent_code is
    'Code one level up: the country of an admin-1 region or US state, the continent of a country.';
comment on column core.region.sovereign_code is
    'Country: code of the sovereign state (FR for Réunion, CN for Hong Kong); its own code where it is one.';
comment on column core.region.iso_a3 is 'Country: ISO 3166-1 alpha-3.';
comment on column core.region.subregion is 'Country: UN M49 subregion.';
comment on column core.region.income_group is 'Country: World Bank income group as Natural Earth carries it.';
comment on column core.region.population is 'Inhabitants: Natural Earth; GeoNames for overseas departments and the like.';
comment on column core.region.attributes is
    'More of what the source says. Country: economy, gdp_million_usd, region_world_bank, type, wikidata. Admin-1: adm1_code, iso_3166_2, region, geonunit, type, wikidata. US state: fips, land_m2, water_m2.';
comment on column core.region.source is 'Boundary file and version.';
comment on column core.region.point_of_view is 'Whose view of disputed borders the boundary file takes.';
comment on column core.region.label_location is 'Where a label or symbol stands: inside the region, WGS84.';
comment on column core.region.geometry is
    'Outline for drawing, WGS84: simplified, shared borders kept. Points are matched with the exact boundaries instead (core.region_piece).';
