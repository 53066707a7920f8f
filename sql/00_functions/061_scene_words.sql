-- A field that an answer fills with the words of the prompt itself ("urban|suburban|rural|natural") says nothing: NULL.
create function functions.scene_environment(given text) returns text
immutable strict parallel safe
return case
    when functions.clean_text(given) is null or given ~ '\|' then null
    when given ~* '\mmixed\M' or (given ~* '\mindoors?\M|interior' and given ~* '\moutdoors?\M|exterior') then 'mixed'
    when given ~* '\mindoors?\M|interior' then 'indoor'
    when given ~* '\moutdoors?\M|exterior' then 'outdoor'
    else 'other'
end;

comment on function functions.scene_environment(text) is
    'A model''s word for the environment as one of indoor, outdoor, mixed (both, or so it says) and other; NULL where it says nothing.';

create function functions.scene_type(given text) returns text
immutable strict parallel safe
return case
    when functions.clean_text(given) is null or given ~ '\|[^|]+\|' then null
    when given ~* '\mmixed\M' then 'mixed'
    else (
        select case count(*) when 0 then 'other' when 1 then min(kind.name) else 'mixed' end
        from (select given as words) as written
        inner join (
            values
                ('street', '\m(streets?|roads?|highways?|crossing|intersection|train tracks?|parking)\M'),
                (
                    'building',
                    '\m(buildings?|architect\w+|monuments?|statues?|bridges?|convention|city|cityscape|urban'
                    '|skyline|church|house)\M'
                ),
                (
                    'scenery',
                    '\m(scenery|scenic|landscapes?|natur\w+|parks?|forests?|mountain\w*|coast\w*|beach\w*|lakes?'
                    '|rivers?|canal|ocean|sea|desert|garden|open space)\M'
                ),
                ('interior', '\m(interior|indoors?|room)\M')
        ) as kind (name, pattern) on written.words ~* kind.pattern
    )
end;

comment on function functions.scene_type(text) is
    'A model''s word for the kind of scene as one of street, building, scenery, interior, mixed (two of them, or so it says) and other; NULL where it says nothing. Cityscapes, bridges and monuments are building; parks, coasts, mountains and landscapes are scenery; highways and tracks are street.';

create function functions.scene_setting(given text) returns text
immutable strict parallel safe
return case
    when functions.clean_text(given) is null or given ~ '\|[^|]+\|' then null
    when given ~* '\mmixed\M' then 'mixed'
    else (
        select case count(*) when 0 then 'other' when 1 then min(kind.name) else 'mixed' end
        from (
            -- What stands in brackets is beside the point: "Urban (near a highway and a body of water)".
            select regexp_replace(given, '\([^)]*\)', '') as words
        ) as written
        inner join (
            values
                ('urban', '\m(urban|city|cities|downtown|metropolitan)\M'),
                ('suburban', '\m(suburb\w*|residential)\M'),
                ('rural', '\m(rural|countryside|village|farm\w*|agricultural)\M'),
                ('natural', '\m(natur\w+|wilderness|wild|forest|mountain\w*|coast\w*|maritime|desert)\M')
        ) as kind (name, pattern) on written.words ~* kind.pattern
    )
end;

comment on function functions.scene_setting(text) is
    'A model''s word for the setting as one of urban, suburban, rural, natural, mixed (two of them, or so it says) and other; NULL where it says nothing. Downtown is urban, residential suburban, a village rural, wilderness and coast natural.';
