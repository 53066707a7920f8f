create view core.region_piece as
select
    part.part_id,
    part.level,
    part.cell,
    region.code,
    part.geometry::geometry(polygon, 4326) as geometry
from data.region_part as part
inner join data.region as region on region.region_id = part.region_id;

comment on view core.region_piece is
    'Exact boundaries cut along whole degrees. Many points find their regions fastest by a join: level = ''country'' and cell = functions.degree_cell(point) and functions.is_inside(point, geometry). Grain: one part_id, a piece of one region within one square degree.';
comment on column core.region_piece.part_id is 'Key of the piece.';
comment on column core.region_piece.level is 'Level of the region.';
comment on column core.region_piece.cell is 'Number of the square degree (functions.degree_cell).';
comment on column core.region_piece.code is 'Code of the region.';
comment on column core.region_piece.geometry is 'The piece, WGS84; not simplified.';
