create function functions.clean_text(given text) returns text
immutable parallel safe
return case
    when lower(btrim(given, E' \t\r\n.')) in (
        '', '-', '?', 'n/a', 'na', 'none', 'null', 'nan', 'unknown', 'unavailable', 'unspecified', 'undetermined',
        'not available', 'not applicable', 'not visible', 'not specified', 'not provided', 'not identifiable',
        'not determined', 'not clear', 'cannot be determined', 'unable to determine', 'indeterminate'
    ) then null
    else btrim(given, E' \t\r\n')
end;

comment on function functions.clean_text(text) is
    'What a model wrote in a field, without blanks at its ends; NULL where the words say that there is no answer.';
