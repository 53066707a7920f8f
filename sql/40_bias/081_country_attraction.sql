create view bias.country_attraction as
with named as (
    select
        confusion.run_id,
        confusion.evidence,
        confusion.true_country_iso,
        confusion.predicted_country_iso,
        confusion.n_images,
        sum(confusion.n_images) over (partition by confusion.run_id, confusion.evidence) as n_total
    from bias.country_confusion as confusion
    where confusion.predicted_country_iso is not null
),

told as (
    select
        named.run_id,
        named.evidence,
        side.country_iso,
        named.n_total,
        sum(named.n_images) filter (where side.is_truth) as n_true,
        sum(named.n_images) filter (where not side.is_truth) as n_predicted,
        sum(named.n_images) filter (
            where side.is_truth and named.true_country_iso = named.predicted_country_iso
        ) as n_correct
    from named
    cross join lateral (
        values (named.true_country_iso, true), (named.predicted_country_iso, false)
    ) as side (country_iso, is_truth)
    group by named.run_id, named.evidence, side.country_iso, named.n_total
)

select
    told.run_id,
    told.evidence,
    told.country_iso,
    told.n_total::bigint as n_images,
    coalesce(told.n_true, 0)::bigint as n_true,
    coalesce(told.n_predicted, 0)::bigint as n_predicted,
    coalesce(told.n_correct, 0)::bigint as n_correct,
    coalesce(told.n_true, 0)::double precision / told.n_total::double precision as true_share,
    coalesce(told.n_predicted, 0)::double precision / told.n_total::double precision as predicted_share,
    coalesce(told.n_predicted, 0)::double precision / told.n_true::double precision as attraction
from told;

comment on view bias.country_attraction is
    'How much more often a country is answered than it is true, among images whose answer gives a known country. Grain: one (run_id, evidence, country_iso).';
comment on column bias.country_attraction.run_id is 'Key of the run.';
comment on column bias.country_attraction.evidence is
    'What the answered country is read from: name (what the model wrote) or place (where its point lies).';
comment on column bias.country_attraction.country_iso is 'Country, ISO 3166-1 alpha-2.';
comment on column bias.country_attraction.n_images is 'Images whose answer gives a known country, of the whole run.';
comment on column bias.country_attraction.n_true is 'Those among them whose true country it is.';
comment on column bias.country_attraction.n_predicted is 'Those among them whose answered country it is.';
comment on column bias.country_attraction.n_correct is 'Those among them for which both hold.';
comment on column bias.country_attraction.true_share is 'n_true / n_images, 0 to 1.';
comment on column bias.country_attraction.predicted_share is 'n_predicted / n_images, 0 to 1.';
comment on column bias.country_attraction.attraction is
    'predicted_share / true_share: above 1 an attractor; NULL where the country is never true. Intervals: statistic attraction in bi.estimate.';
