-- A name means a region that exists.
select
    alias.level,
    alias.name_normalised,
    alias.code
from data.region_alias as alias
left join data.region as region on region.level = alias.level and region.code = alias.code
where region.region_id is null;
