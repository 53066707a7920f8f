-- A boundary that crosses itself matches wrongly.
select
    region.level,
    region.code,
    part.part_id
from data.region_part as part
inner join data.region as region on region.region_id = part.region_id
where not st_isvalid(part.geometry);
