-- Countries, first-level regions and US states can be matched.
select
    region.level,
    region.code
from data.region as region
where region.level in ('country', 'admin1', 'us_state')
    and not exists (select 1 from data.region_part as part where part.region_id = region.region_id);
