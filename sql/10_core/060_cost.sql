create view core.cost as
select
    cost.image_id,
    cost.run_id,
    count(*) as calls,
    count(cost.cost_usd) as priced_calls,
    sum(cost.cost_usd)::double precision as cost_usd
from data.cost as cost
group by cost.image_id, cost.run_id;

comment on view core.cost is
    'What the answers for an image cost, retries included. Grain: one (image_id, run_id).';
comment on column core.cost.image_id is 'Key of the image.';
comment on column core.cost.run_id is 'Key of the run.';
comment on column core.cost.calls is 'Billed calls.';
comment on column core.cost.priced_calls is 'Billed calls whose price is known.';
comment on column core.cost.cost_usd is 'US dollars of the calls whose price is known; NULL where none is.';
