create view bi.region_shape as
select
    region.region_id as shape_id,
    region.level,
    region.code as region_code,
    region.name as region_name,
    region.parent_code,
    region.source,
    region.point_of_view,
    st_y(region.label_location) as latitude,
    st_x(region.label_location) as longitude,
    region.geometry
from core.region as region
where region.geometry is not null;

comment on view bi.region_shape is
    'Outlines for drawing, simplified, with shared borders kept; never for matching. Grain: one shape_id.';
comment on column bi.region_shape.shape_id is 'Unique integer key.';
comment on column bi.region_shape.region_code is 'Code of the region in its level.';
comment on column bi.region_shape.region_name is 'English short name.';
comment on column bi.region_shape.latitude is 'Latitude of the label point, degrees, WGS84.';
comment on column bi.region_shape.longitude is 'Longitude of the label point, degrees, WGS84.';
