create view metrics.run_distance as
select
    score.run_id,
    avg((score.error_km <= 1)::int)::double precision as accuracy_1km_answered,
    avg((score.error_km <= 25)::int)::double precision as accuracy_25km_answered,
    avg((score.error_km <= 200)::int)::double precision as accuracy_200km_answered,
    avg((score.error_km <= 750)::int)::double precision as accuracy_750km_answered,
    avg((score.error_km <= 2500)::int)::double precision as accuracy_2500km_answered,
    avg(coalesce(score.error_km <= 1, false)::int)::double precision as accuracy_1km_all,
    avg(coalesce(score.error_km <= 25, false)::int)::double precision as accuracy_25km_all,
    avg(coalesce(score.error_km <= 200, false)::int)::double precision as accuracy_200km_all,
    avg(coalesce(score.error_km <= 750, false)::int)::double precision as accuracy_750km_all,
    avg(coalesce(score.error_km <= 2500, false)::int)::double precision as accuracy_2500km_all,
    avg(score.geoscore) as geoscore_mean_answered,
    avg(coalesce(score.geoscore, 0)) as geoscore_mean_all,
    avg(score.error_km) as error_km_mean_answered,
    percentile_cont(0.5) within group (order by score.error_km) as error_km_median_answered,
    percentile_cont(0.9) within group (order by score.error_km) as error_km_p90_answered,
    avg(coalesce(score.error_km, 20015)) as error_km_mean_bounded,
    percentile_cont(0.5) within group (order by coalesce(score.error_km, 20015)) as error_km_median_bounded,
    percentile_cont(0.9) within group (order by coalesce(score.error_km, 20015)) as error_km_p90_bounded,
    avg(score.error_haversine_km) as error_haversine_km_mean_answered,
    percentile_cont(0.5) within group (order by score.error_haversine_km) as error_haversine_km_median_answered
from metrics.prediction_score as score
group by score.run_id;

comment on view metrics.run_distance is
    'How far off a run is, under each denominator. Grain: one run_id.';
comment on column metrics.run_distance.run_id is 'Key of the run.';
comment on column metrics.run_distance.accuracy_1km_answered is
    'Share within 1 km of the true point, among answers with coordinates.';
comment on column metrics.run_distance.accuracy_25km_answered is
    'Share within 25 km of the true point, among answers with coordinates.';
comment on column metrics.run_distance.accuracy_200km_answered is
    'Share within 200 km of the true point, among answers with coordinates.';
comment on column metrics.run_distance.accuracy_750km_answered is
    'Share within 750 km of the true point, among answers with coordinates.';
comment on column metrics.run_distance.accuracy_2500km_answered is
    'Share within 2500 km of the true point, among answers with coordinates.';
comment on column metrics.run_distance.accuracy_1km_all is
    'Share within 1 km of the true point, among all images; a non-answer is wrong.';
comment on column metrics.run_distance.accuracy_25km_all is
    'Share within 25 km of the true point, among all images; a non-answer is wrong.';
comment on column metrics.run_distance.accuracy_200km_all is
    'Share within 200 km of the true point, among all images; a non-answer is wrong.';
comment on column metrics.run_distance.accuracy_750km_all is
    'Share within 750 km of the true point, among all images; a non-answer is wrong.';
comment on column metrics.run_distance.accuracy_2500km_all is
    'Share within 2500 km of the true point, among all images; a non-answer is wrong.';
comment on column metrics.run_distance.geoscore_mean_answered is
    'Mean GeoGuessr score, 0 to 5000 points, of answers with coordinates.';
comment on column metrics.run_distance.geoscore_mean_all is
    'Mean GeoGuessr score, 0 to 5000 points, over all images; a non-answer scores 0.';
comment on column metrics.run_distance.error_km_mean_answered is
    'Mean geodesic error, kilometres, of answers with coordinates.';
comment on column metrics.run_distance.error_km_median_answered is
    'Median geodesic error, kilometres, of answers with coordinates.';
comment on column metrics.run_distance.error_km_p90_answered is
    '90th percentile of the geodesic error, kilometres, of answers with coordinates.';
comment on column metrics.run_distance.error_km_mean_bounded is
    'Mean geodesic error, kilometres, over all images; a non-answer counts as 20,015 km.';
comment on column metrics.run_distance.error_km_median_bounded is
    'Median geodesic error, kilometres, over all images; a non-answer counts as 20,015 km.';
comment on column metrics.run_distance.error_km_p90_bounded is
    '90th percentile of the geodesic error, kilometres, over all images; a non-answer counts as 20,015 km.';
comment on column metrics.run_distance.error_haversine_km_mean_answered is
    'Mean great-circle error on a 6,371 km sphere, kilometres, of answers with coordinates: comparable with published tables.';
comment on column metrics.run_distance.error_haversine_km_median_answered is
    'Median great-circle error on a 6,371 km sphere, kilometres, of answers with coordinates: comparable with published tables.';
