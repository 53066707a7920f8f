-- Immutable in use: the unaccent dictionary is named with its schema (the form with one argument looks it up along
-- the search path), and lower() has an ICU collation (without it the result depends on the database's locale).
-- plpgsql, since a SQL function that calls unaccent (STABLE by declaration) cannot be inlined and takes twice as long.
create function functions.normalise_name(name text) returns text
language plpgsql immutable strict parallel safe
as $$
begin
    return nullif(btrim(
        replace(replace(replace(replace(
            regexp_replace(
                ' ' || regexp_replace(
                    translate(
                        lower(public.unaccent('public.unaccent', normalize(name, nfkc)) collate "und-x-icu"),
                        '.''’‘ʻʼ`´', ''
                    ),
                    '[[:punct:][:space:][:cntrl:]$+<=>^|~]+', ' ', 'g'
                ) || ' ',
                '^ +(the +)?((city|town|village|municipality|state|province|prefecture|county) of +(the +)?)?', ' '
            ),
            ' saint ', ' st '), ' sainte ', ' ste '), ' mount ', ' mt '), ' fort ', ' ft ')
    ), '');
end
$$;

comment on function functions.normalise_name(text) is
    'One spelling for a name, so that names can be compared by equality: lower case, no accents, dots and apostrophes dropped, other punctuation and blanks folded to one blank, "the" and "city of", "state of" and the like cut off the front, saint, mount and fort shortened. Words such as Province or County at the end stay (the City in Kansas City is part of its name): data.region_alias holds each region with and without them. NULL where nothing is left.';
