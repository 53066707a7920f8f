-- Image names are unique in their dataset; no constraint says so, since it would lack image_id.
select
    dataset.name as dataset,
    image.image_name,
    count(*) as images
from data.image as image
inner join data.dataset as dataset on dataset.dataset_id = image.dataset_id
group by dataset.name, image.image_name
having count(*) > 1;
