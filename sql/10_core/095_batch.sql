create view core.batch as
select
    batch.batch_id,
    batch.run_id,
    batch.state,
    batch.n_requests,
    open_task.n_open,
    batch.provider_batch,
    batch.error_message,
    batch.created_at,
    batch.submitted_at,
    batch.ended_at,
    batch.collected_at
from data.batch as batch
cross join lateral (
    select count(*) as n_open
    from data.task as task
    where task.batch_id = batch.batch_id
) as open_task;

comment on view core.batch is 'Questions handed over together at half price. Grain: one batch_id.';
comment on column core.batch.batch_id is 'Key of the batch.';
comment on column core.batch.run_id is 'Key of the run.';
comment on column core.batch.state is
    'prepared, submitted, ended (at the provider), collected (results are stored), failed.';
comment on column core.batch.n_requests is 'Questions in the batch.';
comment on column core.batch.n_open is 'Questions of the batch that have no answer yet.';
comment on column core.batch.provider_batch is 'The provider''s name of the batch; NULL until it is known.';
comment on column core.batch.error_message is 'Why nothing came of it, where it failed.';
comment on column core.batch.created_at is 'When the first of its questions was prepared.';
comment on column core.batch.submitted_at is 'When it was handed over; NULL where it was not.';
comment on column core.batch.ended_at is 'When it was seen that the provider is done, or that it failed.';
comment on column core.batch.collected_at is 'When its results were stored.';
