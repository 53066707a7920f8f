create view bias.confidence_reliability as
select
    confidence_score.reliability_id,
    confidence_score.run_id,
    confidence_score.confidence,
    confidence_score.n_answered,
    confidence_score.n_located,
    confidence_score.n_country,
    confidence_score.n_correct_country,
    confidence_score.n_correct_25km,
    confidence_score.accuracy_25km,
    confidence_score.wilson_lower_25km,
    confidence_score.wilson_upper_25km,
    confidence_score.country_match,
    confidence_score.error_km_median,
    confidence_score.n_answered::double precision
    / sum(confidence_score.n_answered) over (partition by confidence_score.run_id) as share_of_answers
from data.confidence_score as confidence_score;

comment on view bias.confidence_reliability is
    'How right the answers of one confidence level are, from the cache. Grain: one (run_id, confidence).';
comment on column bias.confidence_reliability.reliability_id is 'Unique integer key.';
comment on column bias.confidence_reliability.share_of_answers is
    'Share of the run''s answers that carry this confidence.';
