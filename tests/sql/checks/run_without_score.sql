-- Every run that has answers stands in the cache with as many images.
select
    score.run_id,
    count(*) as scored_images,
    run_score.n_images
from data.score as score
left join data.run_score as run_score on run_score.run_id = score.run_id
group by score.run_id, run_score.n_images
having count(*) is distinct from run_score.n_images;
