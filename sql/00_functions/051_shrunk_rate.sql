create function functions.shrunk_rate(
    k bigint, n bigint, prior_mean double precision, prior_variance double precision
) returns double precision
immutable strict parallel safe
return case
    when n = 0 then prior_mean
    when prior_variance <= 0 then prior_mean
    else prior_mean + (k::double precision / n - prior_mean)
        * prior_variance / (prior_variance + prior_mean * (1 - prior_mean) / n)
end;

comment on function functions.shrunk_rate(bigint, bigint, double precision, double precision) is
    'Empirical-Bayes rate of k hits among n, 0 to 1: the raw rate drawn towards the mean of all regions, the more the smaller n is. Source: Marshall (1991), global estimator, with the binomial variance p(1 - p)/n in the place of the Poisson variance.';

create function functions.prior_variance(
    k_total double precision, n_total double precision, sum_squared_rate_times_n double precision, regions bigint
) returns double precision
immutable strict parallel safe
return case when n_total > 0 then greatest(0,
    sum_squared_rate_times_n / n_total - power(k_total / n_total, 2)
    - (k_total / n_total) * (1 - k_total / n_total) * regions / n_total
) end;

comment on function functions.prior_variance(double precision, double precision, double precision, bigint) is
    'Variance of the true rates between regions by the method of moments, from sum k, sum n, sum k^2/n and the number of regions with n > 0; never below 0. Source: Marshall (1991), with the binomial variance.';
