create view bi.country_confusion as
select
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    confusion.run_id,
    confusion.evidence,
    confusion.true_country_iso,
    truth.name as true_country,
    confusion.predicted_country_iso,
    answer.name as predicted_country,
    confusion.n_images,
    confusion.n_images::double precision
    / sum(confusion.n_images) over (
        partition by confusion.run_id, confusion.evidence, confusion.true_country_iso
    )::double precision as share
from bias.country_confusion as confusion
inner join core.run as run on run.run_id = confusion.run_id
left join core.region as truth on truth.level = 'country' and truth.code = confusion.true_country_iso
left join core.region as answer on answer.level = 'country' and answer.code = confusion.predicted_country_iso;

comment on view bi.country_confusion is
    'Confusion matrix of countries, a cell a row. Grain: one (run_id, evidence, true_country_iso, predicted_country_iso).';
comment on column bi.country_confusion.true_country is 'English short name of the true country.';
comment on column bi.country_confusion.predicted_country is
    'English short name of the answered country; NULL where the answer gives none.';
comment on column bi.country_confusion.share is 'Share of the images of the true country, 0 to 1.';
