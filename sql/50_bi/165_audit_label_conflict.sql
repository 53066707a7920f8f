create view bi.audit_label_conflict as
select
    image.image_id,
    image.dataset,
    image.image_name,
    verdict.conflict,
    image.country_label,
    image.country_label_iso,
    image.country_place_iso,
    place.name as country_place,
    image.state_text as state_label,
    image.state_place as state_place_code,
    image.city_label,
    image.latitude,
    image.longitude
from core.image as image
left join core.region as label on label.level = 'country' and label.code = image.country_label_iso
left join core.region as place on place.level = 'country' and place.code = image.country_place_iso
cross join lateral (
    select
        case
            when image.country_label_iso <> image.country_place_iso and label.sovereign_code = place.sovereign_code
                then 'territory'
            when image.country_label_iso <> image.country_place_iso
                then 'country'
            when image.state_label <> image.state_place
                then 'state'
            when image.country_label is not null and image.country_label_iso is null
                then 'unknown name'
            when image.country_label_iso is not null and image.country_place_iso is null
                then 'no country there'
        end as conflict
) as verdict
where verdict.conflict is not null;

comment on view bi.audit_label_conflict is
    'Audit: images whose labels and whose point do not name the same country or US state, or whose country label is no known name. Grain: one image_id.';
comment on column bi.audit_label_conflict.conflict is
    'country (another one), territory (another one of the same sovereign state: Puerto Rico, Hong Kong), state (another US state), unknown name (no country is called so), no country there (the point is at sea).';
comment on column bi.audit_label_conflict.country_place is 'Name of the country that the point lies in.';
comment on column bi.audit_label_conflict.state_label is 'State as the truth file gives it.';
comment on column bi.audit_label_conflict.state_place_code is 'Postal code of the US state that the point lies in.';
