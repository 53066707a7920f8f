create view core.deployment as
select
    deployment.deployment_id,
    deployment.version,
    deployment.digest,
    deployment.created_at
from data.deployment as deployment
order by deployment.deployment_id desc
limit 1;

comment on view core.deployment is 'What stands in this database. Grain: one deployment_id, the latest.';
comment on column core.deployment.deployment_id is 'Number of the deployment.';
comment on column core.deployment.version is 'Version of imageo that deployed.';
comment on column core.deployment.digest is 'SHA-256 over its migrations/ and sql/.';
comment on column core.deployment.created_at is 'When it was deployed.';
