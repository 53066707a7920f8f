-- A place is on the Earth.
select image.image_id
from data.image as image
where st_y(image.location) not between -90 and 90 or st_x(image.location) not between -180 and 180;
