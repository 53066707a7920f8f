create view match.prediction_country as
select
    verdict.image_id,
    verdict.run_id,
    verdict.country,
    verdict.country_name_iso,
    verdict.country_place_iso,
    verdict.is_country_match_strict,
    verdict.is_country_match,
    verdict.is_country_match_place
from match.prediction_match as verdict;

comment on view match.prediction_country is
    'Answered against true country, by name and by place. Grain: one (image_id, run_id).';
