create view bi.deployment as
select
    deployment.deployment_id,
    deployment.version,
    deployment.digest,
    deployment.created_at
from core.deployment as deployment;

comment on view bi.deployment is
    'Which definitions the numbers of this database have: for the small print of maps and reports. Grain: one deployment_id, the latest.';
