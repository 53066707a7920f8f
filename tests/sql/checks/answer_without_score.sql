-- Every answer that counts has its score in the cache, of that version.
select
    prediction.run_id,
    prediction.image_id,
    prediction.version,
    score.version as scored_version
from core.prediction as prediction
left join data.score as score on score.image_id = prediction.image_id and score.run_id = prediction.run_id
where score.version is distinct from prediction.version;
