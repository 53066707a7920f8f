create view core.prediction as
select
    prediction.image_id,
    prediction.run_id,
    prediction.version,
    prediction.outcome,
    prediction.outcome in ('answered', 'no_coordinates') as is_answered,
    prediction.location is not null as is_located,
    prediction.is_placeholder,
    prediction.parse_stage,
    prediction.parser_version,
    prediction.country as country_given,
    prediction.state as state_given,
    prediction.city as city_given,
    functions.clean_text(prediction.country) as country,
    functions.clean_text(prediction.state) as state,
    functions.clean_text(prediction.city) as city,
    functions.clean_text(prediction.street) as street,
    st_y(prediction.location) as latitude,
    st_x(prediction.location) as longitude,
    prediction.confidence,
    prediction.environment,
    prediction.scene_type,
    prediction.setting,
    prediction.reasoning,
    prediction.raw_response,
    prediction.error_message,
    prediction.model_returned,
    prediction.input_tokens,
    prediction.output_tokens,
    prediction.latency_ms,
    prediction.finish_reason,
    prediction.attempts,
    prediction.location::geometry(point, 4326) as location
from data.prediction as prediction
where not exists (
    select 1
    from data.prediction as later
    where later.image_id = prediction.image_id
        and later.run_id = prediction.run_id
        and later.version > prediction.version
);

comment on view core.prediction is
    'The answer that counts: the latest version. Grain: one (image_id, run_id).';
comment on column core.prediction.image_id is 'Key of the image.';
comment on column core.prediction.run_id is 'Key of the run.';
comment on column core.prediction.version is '1, 2, ...: which version of the answer this is.';
comment on column core.prediction.outcome is
    'What became of the question: answered, no_coordinates, refused, empty, unparsable, bad_image, provider_error.';
comment on column core.prediction.is_answered is 'The model gave an answer, with or without coordinates.';
comment on column core.prediction.is_located is 'The answer has usable coordinates.';
comment on column core.prediction.is_placeholder is 'The answer was exactly (0, 0), which counts as no coordinates; only a reading as published takes it for a point.';
comment on column core.prediction.parse_stage is 'How the answer was read: strict, fence, object, repair (mended JSON), prose (labelled lines, not JSON), published, mapped.';
comment on column core.prediction.parser_version is 'Version of imageo''s parser whose reading this is; NULL where the answer came parsed or has no text. A later parser that reads the same leaves it.';
comment on column core.prediction.country_given is 'Country to the letter as the model wrote it.';
comment on column core.prediction.state_given is 'State to the letter as the model wrote it.';
comment on column core.prediction.city_given is 'City to the letter as the model wrote it.';
comment on column core.prediction.country is 'Country as the model wrote it; NULL where it says that it does not know.';
comment on column core.prediction.state is 'State as the model wrote it; NULL where it says that it does not know.';
comment on column core.prediction.city is 'City as the model wrote it; NULL where it says that it does not know.';
comment on column core.prediction.street is 'Street as the model wrote it; NULL where it says that it does not know.';
comment on column core.prediction.latitude is 'Answered latitude, degrees, WGS84.';
comment on column core.prediction.longitude is 'Answered longitude, degrees, WGS84.';
comment on column core.prediction.confidence is 'The model''s own confidence, 1 to 5.';
comment on column core.prediction.environment is 'Scene in the model''s words: indoor or outdoor.';
comment on column core.prediction.scene_type is 'Scene in the model''s words: street, building, scenery, ...';
comment on column core.prediction.setting is 'Scene in the model''s words: urban, suburban, rural, ...';
comment on column core.prediction.reasoning is 'The model''s reasons, an object of named parts.';
comment on column core.prediction.raw_response is 'The answer as received.';
comment on column core.prediction.error_message is 'What the provider said where it failed.';
comment on column core.prediction.model_returned is 'Model name in the response.';
comment on column core.prediction.input_tokens is 'Tokens sent, image included.';
comment on column core.prediction.output_tokens is 'Tokens received, reasoning included.';
comment on column core.prediction.latency_ms is 'From request to full answer, milliseconds.';
comment on column core.prediction.finish_reason is 'Why the model stopped, in the provider''s word: stop, length, ...';
comment on column core.prediction.attempts is 'Calls until this answer, retries included.';
comment on column core.prediction.location is 'Answered place, WGS84.';
