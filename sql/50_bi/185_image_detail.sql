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
    image.city_label as city,
    scene.n_described,
    scene.environment,
    scene.scene_type,
    scene.setting
from core.image as image
left join core.region as continent on continent.level = 'continent' and continent.code = image.continent_code
left join core.region as country on country.level = 'country' and country.code = image.country_iso
left join core.region as state on state.level = 'us_state' and state.code = image.state_code
cross join lateral (
    select
        count(coalesce(said.environment, said.scene_type, said.setting)) as n_described,
        mode() within group (order by said.environment) as environment,
        mode() within group (order by said.scene_type) as scene_type,
        mode() within group (order by said.setting) as setting
    from bias.prediction_scene as said
    where said.image_id = image.image_id
) as scene;

comment on view bi.image_detail is
    'One image: its place, its regions by name, and what most models see in it. Grain: one image_id.';
comment on column bi.image_detail.continent_name is 'English name of the continent.';
comment on column bi.image_detail.country_name is 'English short name of the country.';
comment on column bi.image_detail.state_name is 'Name of the US state.';
comment on column bi.image_detail.city is 'City as the truth file gives it.';
comment on column bi.image_detail.n_described is 'Answers, over all runs, that say something of environment, scene type or setting.';
comment on column bi.image_detail.environment is
    'Environment that most answers name, the first in the alphabet of a tie; NULL where none says. See functions.scene_environment.';
comment on column bi.image_detail.scene_type is
    'Scene type that most answers name, the first in the alphabet of a tie; NULL where none says. See functions.scene_type.';
comment on column bi.image_detail.setting is
    'Setting that most answers name, the first in the alphabet of a tie; NULL where none says. See functions.scene_setting.';
