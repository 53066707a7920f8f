create view core.cost as
select
    call.image_id,
    call.run_id,
    count(*) as calls,
    count(call.cost_usd) as priced_calls,
    sum(call.cost_usd)::double precision as cost_usd
from core.call as call
group by call.image_id, call.run_id;

comment on view core.cost is
    'What the answers for an image cost, retries included. Grain: one (image_id, run_id).';
comment on column core.cost.image_id is 'Key of the image.';
comment on column core.cost.run_id is 'Key of the run.';
comment on column core.cost.calls is 'Billed calls.';
comment on column core.cost.priced_calls is 'Billed calls whose price is known.';
comment on column core.cost.cost_usd is 'US dollars of the calls whose price is known; NULL where none is.';
