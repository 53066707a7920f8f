create view core.image as
select
    image.image_id,
    image.dataset_id,
    dataset.name as dataset,
    image.image_name,
    image.country_label,
    image_place.country_label_iso,
    image_place.country_place_iso,
    coalesce(image_place.country_place_iso, image_place.country_label_iso) as country_iso,
    image_place.state_label_code as state_label,
    image_place.state_place_code as state_place,
    coalesce(image_place.state_place_code, image_place.state_label_code) as state_code,
    image_place.admin1_place_code as admin1_code,
    country.parent_code as continent_code,
    image.state_label as state_text,
    image.city_label,
    image_place.city_place_id,
    image.street_label,
    st_y(image.location) as latitude,
    st_x(image.location) as longitude,
    image.attributes,
    image.content_hash,
    image.location::geometry(point, 4326) as location
from data.image as image
inner join data.dataset as dataset on dataset.dataset_id = image.dataset_id
left join data.image_place as image_place on image_place.image_id = image.image_id
left join data.region as country
    on country.level = 'country'
    and country.code = coalesce(image_place.country_place_iso, image_place.country_label_iso);

comment on view core.image is
    'Ground truth, with the regions that its labels mean and that its point lies in. Grain: one image_id.';
comment on column core.image.image_id is 'Key of the image.';
comment on column core.image.dataset_id is 'Key of the dataset.';
comment on column core.image.dataset is 'Name of the dataset.';
comment on column core.image.image_name is 'Name of the image in its truth file, without suffix.';
comment on column core.image.country_label is 'Country as the truth file gives it.';
comment on column core.image.country_label_iso is 'ISO 3166-1 alpha-2 code that the country label means; NULL where it is missing or unknown.';
comment on column core.image.country_place_iso is 'ISO 3166-1 alpha-2 code of the country that the point lies in; NULL at sea.';
comment on column core.image.country_iso is 'Country of the image: by its point, else by its label.';
comment on column core.image.state_label is 'Postal code of the US state that the label means.';
comment on column core.image.state_place is 'Postal code of the US state that the point lies in.';
comment on column core.image.state_code is 'Postal code of the US state of the image: by its point, else by its label.';
comment on column core.image.admin1_code is 'Code of the first-level administrative region that the point lies in.';
comment on column core.image.continent_code is 'Code of the continent of the country.';
comment on column core.image.state_text is 'State, province or prefecture as the truth file gives it.';
comment on column core.image.city_label is 'City as the truth file gives it.';
comment on column core.image.city_place_id is 'GeoNames id of the place that the city label means.';
comment on column core.image.street_label is 'Street as the truth file gives it.';
comment on column core.image.latitude is 'True latitude, degrees, WGS84.';
comment on column core.image.longitude is 'True longitude, degrees, WGS84.';
comment on column core.image.attributes is 'Every other column of the truth file.';
comment on column core.image.content_hash is 'SHA-256 of the image file, once it was seen.';
comment on column core.image.location is 'True place, WGS84.';
