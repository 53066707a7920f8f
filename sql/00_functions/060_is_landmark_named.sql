create function functions.landmark_words(given text) returns text
immutable strict parallel safe
return regexp_replace(
    regexp_replace(
        given,
        -- What it says is not there, up to the end of the clause or to the word that takes it back.
        '\m(no|not|none|nor|neither|without|lacks|lacking)\M'
        '((?!\m(but|however|though|although|yet|except|consistent|match(es|ing)?|resembl(es|ing|e)|identif\w+)\M)'
        '[^.;,])*',
        ' ', 'gi'
    ),
    -- What it is only typical of; and cities that are named like a landmark.
    '\m(typical|reminiscent|stereotypical) (of|for)\M[^.;,]*'
    '|\m(salt lake city|long beach|virginia beach|palm beach|myrtle beach|daytona beach|college park|college station'
    '|overland park|sioux falls|idaho falls|twin falls|cedar falls|fort (worth|collins|lauderdale|myers|wayne|smith)'
    '|port(land| au prince|-au-prince)|ferris wheel)\M',
    ' ', 'gi'
);

comment on function functions.landmark_words(text) is
    'What a model wrote about landmarks without what it says is absent ("no iconic tower visible, but ..." keeps what follows "but"), without what it only calls typical of or reminiscent of a place, and without cities that are named like a landmark (Long Beach). First step of functions.is_landmark_named.';

create function functions.is_landmark_named(given text) returns boolean
immutable strict parallel safe
return regexp_replace(
    functions.landmark_words(given),
    -- Words that begin a sentence, and what is only of a country or a style: no part of a name.
    '\m(The|This|That|These|A|An|Its|In|On|At|No|And|Of)\M'
    '|\m(U\.S|US|Hindu|Shinto|[[:upper:]][[:alnum:]]*(ese|ish|ian|can|ist|ic|al|ern|ox)) '
    '(campus|skyline|temple|museum|stadium|shrine)\M',
    'the', 'g'
) ~ (
    '\m[[:upper:]0-9][[:alnum:]''’.&)-]*,?( \(?(of|the|de|del|di|du|la|and|&|for|at))* \(?'
    '(Academy|Airport|Aquarium|Arch|Arena|Ave|Avenue|Basilica|Beach|Boulevard|Bridge|Building|Campus|Canal|Canyon'
    '|Capitol|Carousel|Casino|Castle|Cathedral|Cave|Caverns|Center|Centre|Chapel|Church|College|Courthouse|Crater|Dam'
    '|Dome|Falls|Forest|Fountain|Garage|Garden|Gardens|Gate|Glacier|Hall|Harbor|Harbour|Headquarters|Hospital|Hotel'
    '|House|Inn|Institute|Island|Islands|Lake|Library|Lighthouse|Lodge|Mall|Mansion|Market|Memorial|Mission|Monastery'
    '|Monument|Mosque|Mountain|Mountains|Museum|Observatory|Opera|Pagoda|Palace|Park|Pavilion|Peak|Peninsula|Pier'
    '|Place|Plaza|Pond|Pool|Pyramid|Range|Reservoir|Resort|River|Rock|School|Shrine|Skytree|Spire|Spring|Square'
    '|Stadium|Station|Statue|Street|Synagogue|Teahouse|Temple|Terminal|Theater|Theatre|Tower|Towers|Trail|Tunnel'
    '|University|Village|Wharf|Wheel|Zoo)\M'
    '|\m[[:upper:]][[:upper:]''’.&-]+( [[:upper:]''’.&-]+)* (AIRPORT|ARENA|BRIDGE|BUILDING|CASINO|CENTER|CENTRE|CHURCH'
    '|COLLEGE|HALL|HOTEL|HOUSE|LIBRARY|MARKET|MUSEUM|PARK|PLAZA|RESORT|SQUARE|STADIUM|STATION|THEATER|THEATRE|TOWER'
    '|UNIVERSITY|ZOO)\M'
    '|\m(Lake|Mount|Mt\.?|Fort|Cape|El Capitan|(University|College|Museum|Cathedral|Temple|Hall|Palace|Tower|Statue'
    '|Institute|World|Port) of( the)?) [[:upper:]]'
    '|[[:lower:],] [[:upper:]][[:alnum:]-]+(''s)? '
    '(campus|skyline|temple|museum|stadium|shrine)\M'
);

comment on function functions.is_landmark_named(text) is
    'Whether what a model wrote about landmarks names one: a building, monument, venue, campus, park, street or natural feature by its proper name. True where functions.landmark_words leaves a capitalised word that ends in a kind of landmark (Field Museum, Wasatch Range), a name in capitals that does (GLENN L. MARTIN HALL), a kind followed by a name (Lake San Antonio, University of Michigan) or a name before campus, skyline, temple, museum, stadium or shrine. Brands, styles, regions, cities and countries are no landmarks. NULL where the model wrote nothing. Precision and recall are measured in docs/regression.md.';
