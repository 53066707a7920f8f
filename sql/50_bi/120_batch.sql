create view bi.batch as
select
    batch.batch_id,
    batch.run_id,
    run.dataset,
    run.provider,
    run.model,
    run.run_label,
    batch.state,
    batch.n_requests,
    batch.n_open,
    batch.provider_batch,
    batch.error_message,
    batch.created_at,
    batch.submitted_at,
    batch.ended_at,
    batch.collected_at
from core.batch as batch
inner join core.run as run on run.run_id = batch.run_id;

comment on view bi.batch is 'Questions handed over together at half price. Grain: one batch_id.';
comment on column bi.batch.created_at is 'When the first of its questions was prepared.';
