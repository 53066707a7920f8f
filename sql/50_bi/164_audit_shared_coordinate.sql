create view bi.audit_shared_coordinate as
select
    image.image_id,
    image.dataset,
    image.image_name,
    image.latitude,
    image.longitude,
    image.country_label,
    image.city_label,
    shared.n_images,
    shared.n_cities > 1 as is_city_label_different
from core.image as image
inner join (
    select
        place.dataset_id,
        place.latitude,
        place.longitude,
        count(*) as n_images,
        count(distinct coalesce(place.city_label, '')) as n_cities
    from core.image as place
    group by place.dataset_id, place.latitude, place.longitude
    having count(*) > 1
) as shared
    on shared.dataset_id = image.dataset_id
    and shared.latitude = image.latitude
    and shared.longitude = image.longitude;

comment on view bi.audit_shared_coordinate is
    'Audit: images of a dataset whose true coordinates are equal to the last digit: the same photo twice, a burst of photos, or a place in the stead of the photo''s own. Such images are not independent. Grain: one image_id.';
comment on column bi.audit_shared_coordinate.n_images is 'Images of the dataset at these coordinates, this one included.';
comment on column bi.audit_shared_coordinate.is_city_label_different is 'They do not all have the same city label.';
