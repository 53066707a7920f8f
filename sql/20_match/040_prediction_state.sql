create view match.prediction_state as
select
    verdict.image_id,
    verdict.run_id,
    verdict.state,
    verdict.state_name_code,
    verdict.state_place_code,
    verdict.is_state_match_strict,
    verdict.is_state_match,
    verdict.is_state_match_place
from match.prediction_match as verdict;

comment on view match.prediction_state is
    'Answered against true state, by name and by place. Grain: one (image_id, run_id).';
