create view bi.country_attraction as
select
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    attraction.run_id,
    attraction.evidence,
    attraction.country_iso,
    country.name as country,
    attraction.n_images,
    attraction.n_true,
    attraction.n_predicted,
    attraction.n_correct,
    attraction.true_share,
    attraction.predicted_share,
    attraction.attraction
from bias.country_attraction as attraction
inner join core.run as run on run.run_id = attraction.run_id
left join core.region as country on country.level = 'country' and country.code = attraction.country_iso;

comment on view bi.country_attraction is
    'How much more often a country is answered than it is true. Grain: one (run_id, evidence, country_iso).';
comment on column bi.country_attraction.country is 'English short name.';
