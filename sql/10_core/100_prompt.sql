create view core.prompt as
select
    run.run_id,
    run.prompt_hash,
    run.prompt_text
from data.run as run
where run.prompt_text is not null;

comment on view core.prompt is
    'The text that a run was asked with, where it is known. Grain: one run_id.';
comment on column core.prompt.run_id is 'Key of the run.';
comment on column core.prompt.prompt_hash is 'SHA-256 of the prompt text.';
comment on column core.prompt.prompt_text is 'The prompt to the letter.';
