-- Every image has its regions in the cache.
select image.image_id
from data.image as image
left join data.image_place as place on place.image_id = image.image_id
where place.image_id is null;
