create view match.prediction_contradiction as
select
    verdict.image_id,
    verdict.run_id,
    verdict.country,
    verdict.country_name_iso,
    verdict.country_place_iso,
    verdict.is_contradictory
from match.prediction_match as verdict;

comment on view match.prediction_contradiction is
    'Whether the written country and the answered point disagree. Grain: one (image_id, run_id).';
