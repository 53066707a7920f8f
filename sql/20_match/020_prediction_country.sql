create view match.prediction_country as
select
    prediction.image_id,
    prediction.run_id,
    prediction.country,
    name.code as name_iso,
    place.country_iso as place_iso,
    lower(prediction.country_given) = lower(image.country_label) as is_match_strict,
    case when image.country_iso is not null then
        coalesce(name.code in (image.country_label_iso, image.country_place_iso), false)
    end as is_match,
    case when image.country_iso is not null then
        coalesce(place.country_iso in (image.country_label_iso, image.country_place_iso), false)
    end as is_match_place
from core.prediction as prediction
inner join core.image as image on image.image_id = prediction.image_id
left join core.region_name as name
    on name.level = 'country'
    and name.country_code = ''
    and name.name_normalised = functions.normalise_name(prediction.country)
left join match.prediction_place as place
    on place.image_id = prediction.image_id
    and place.run_id = prediction.run_id;

comment on view match.prediction_country is
    'Answered against true country, by name and by place. The truth is the country that the label means or that the true point lies in: either will do, as labels of territories differ (Hong Kong, Puerto Rico). Grain: one (image_id, run_id).';
comment on column match.prediction_country.image_id is 'Key of the image.';
comment on column match.prediction_country.run_id is 'Key of the run.';
comment on column match.prediction_country.country is 'Country as the model wrote it; NULL where it wrote none.';
comment on column match.prediction_country.name_iso is 'ISO 3166-1 alpha-2 code of the country that the model wrote; NULL where no country has that name.';
comment on column match.prediction_country.place_iso is 'ISO 3166-1 alpha-2 code of the country that the answered point lies in.';
comment on column match.prediction_country.is_match_strict is
    'Both names are equal in lower case: the rule of IMAGEO-Bench''s scripts; NULL where either is missing.';
comment on column match.prediction_country.is_match is 'The written country is the true one; NULL where the true one is unknown.';
comment on column match.prediction_country.is_match_place is
    'The answered point lies in the true country; NULL where the true one is unknown.';
