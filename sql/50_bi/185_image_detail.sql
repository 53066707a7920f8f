create view bi.image_detail as
select
    image.image_id,
    image.dataset,
    image.image_name,
    image.latitude,
    image.longitude,
    image.continent_code,
    continent.name as continent_name,
    image.country_iso,
    country.name as country_name,
    image.state_code,
    state.name as state_name,
    image.city_label as city
from core.image as image
left join core.region as continent on continent.level = 'continent' and continent.code = image.continent_code
left join core.region as country on country.level = 'country' and country.code = image.country_iso
left join core.region as state on state.level = 'us_state' and state.code = image.state_code;

comment on view bi.image_detail is
    'One image: its place and its regions by name. Grain: one image_id.';
comment on column bi.image_detail.continent_name is 'English name of the continent.';
comment on column bi.image_detail.country_name is 'English short name of the country.';
comment on column bi.image_detail.state_name is 'Name of the US state.';
comment on column bi.image_detail.city is 'City as the truth file gives it.';
