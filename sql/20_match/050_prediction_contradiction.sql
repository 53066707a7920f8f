create view match.prediction_contradiction as
select
    country.image_id,
    country.run_id,
    named.sovereign_code as name_sovereign_iso,
    placed.sovereign_code as place_sovereign_iso,
    named.sovereign_code <> placed.sovereign_code as is_contradictory
from match.prediction_country as country
left join core.region as named on named.level = 'country' and named.code = country.name_iso
left join core.region as placed on placed.level = 'country' and placed.code = country.place_iso;

comment on view match.prediction_contradiction is
    'Whether the written country and the answered point disagree. A territory and its sovereign state agree. Grain: one (image_id, run_id).';
comment on column match.prediction_contradiction.image_id is 'Key of the image.';
comment on column match.prediction_contradiction.run_id is 'Key of the run.';
comment on column match.prediction_contradiction.name_sovereign_iso is 'Sovereign state of the written country, ISO 3166-1 alpha-2.';
comment on column match.prediction_contradiction.place_sovereign_iso is 'Sovereign state that the answered point lies in, ISO 3166-1 alpha-2.';
comment on column match.prediction_contradiction.is_contradictory is
    'They differ; NULL where the country was not written, not known, or the point is missing or at sea.';
