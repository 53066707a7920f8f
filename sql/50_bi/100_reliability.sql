create view bi.reliability as
select
    reliability.reliability_id,
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    reliability.run_id,
    reliability.confidence,
    reliability.n_answered,
    reliability.share_of_answers,
    reliability.n_located,
    reliability.n_correct_25km,
    reliability.accuracy_25km,
    reliability.wilson_lower_25km,
    reliability.wilson_upper_25km,
    reliability.n_country,
    reliability.n_correct_country,
    reliability.country_match,
    reliability.error_km_median
from bias.confidence_reliability as reliability
inner join core.run as run on run.run_id = reliability.run_id;

comment on view bi.reliability is
    'How right a run is at each confidence that it states. Grain: one reliability_id, which is one (run_id, confidence).';
