create view match.prediction_city as
select
    verdict.image_id,
    verdict.run_id,
    verdict.city,
    verdict.is_city_match_strict,
    verdict.is_city_match_normalised,
    verdict.is_city_match,
    verdict.is_city_match_locality
from match.prediction_match as verdict;

comment on view match.prediction_city is
    'Answered against true city in tiers, each taking in the one before. Grain: one (image_id, run_id).';
