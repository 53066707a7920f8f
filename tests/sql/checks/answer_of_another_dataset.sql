-- A run answers images of its own dataset.
select
    prediction.run_id,
    prediction.image_id
from data.prediction as prediction
inner join data.run as run on run.run_id = prediction.run_id
inner join data.image as image on image.image_id = prediction.image_id
where image.dataset_id <> run.dataset_id;
