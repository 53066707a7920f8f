"""What each measure and statistic is, and where it comes from: (name, how it is made, source)."""

MEASURES = (
    (
        "Error",
        "Length of the geodesic from the true to the answered point on the WGS84 ellipsoid, in km.",
        "Karney (2013), Algorithms for geodesics, Journal of Geodesy 87:43",
    ),
    (
        "accuracy@d",
        "Share of the photos with an error of at most d km: street 1, city 25, region 200, country 750, continent"
        " 2,500.",
        "Hays & Efros (2008), IM2GPS, CVPR",
    ),
    ("GeoScore", "5000 exp(-d / 1492.7), the mean over photos.", "Haas et al. (2024), PIGEON, CVPR"),
    (
        "Country, state, city match",
        "The name as the model wrote it, in any language and spelling that the gazetteer knows.",
        "GeoNames; Unicode CLDR",
    ),
    ("Interval of a rate", "Wilson's score interval, 95 %.", "Wilson (1927), JASA 22:209"),
)

STATISTICS = {
    "comparison": (
        (
            "Two models",
            "McNemar's exact test on the same photos; difference of paired rates with the interval of Agresti and Min.",
            "McNemar (1947), Psychometrika 12; Agresti & Min (2005), Statistics in Medicine 24:729",
        ),
        (
            "Distances",
            "Wilcoxon's signed-rank test; the photos are drawn again for differences of medians.",
            "Wilcoxon (1945), Biometrics Bulletin 1; Efron (1979), Annals of Statistics 7",
        ),
        (
            "Ranks",
            "Percentiles of the rank over resampled photos.",
            "Goldstein & Spiegelhalter (1996), JRSS A 159:385",
        ),
        (
            "Many pairs",
            "Holm's correction over all pairs and measures.",
            "Holm (1979), Scandinavian Journal of Statistics 6:65",
        ),
    ),
    "gap": (
        (
            "Gaps",
            "Whole cells of an equal-area grid are drawn with replacement, not photos; expanded percentile intervals.",
            "Hesterberg (2015), The American Statistician 69:371",
        ),
        (
            "Few hits or places",
            "Wilson limits combined, with the design effect of all groups.",
            "Newcombe (1998), Statistics in Medicine 17:873; Kish (1965), Survey Sampling",
        ),
        (
            "The widest gap",
            "Its interval holds for all pairs of groups at once (max-T); its p values are corrected by Holm over all"
            " models and groupings of this report.",
            "Westfall & Young (1993), Resampling-Based Multiple Testing; Holm (1979)",
        ),
        (
            "A group against the rest",
            "P values are corrected by Holm over all groups, groupings and models of this report.",
            "Holm (1979)",
        ),
        (
            "Same scenes",
            "Direct standardisation: both groups get the pooled mix of scenes.",
            "docs/gaps.md",
        ),
        ("Funnel", "Exact binomial limits at the pooled rate.", "Spiegelhalter (2005), Statistics in Medicine 24:1185"),
    ),
    "spatial": (
        (
            "Pattern",
            "Moran's I over regions that touch, and over H3 hexagons; p by permutation, corrected over the models.",
            "Cliff & Ord (1981), Spatial Processes",
        ),
        (
            "Spots",
            "Local Moran of rates and Getis-Ord Gi* of log errors, conditional permutation; false discovery rate over"
            " all units and models of this report.",
            "Anselin (1995), Geographical Analysis 27; Ord & Getis (1995), 27:286; Benjamini & Hochberg (1995),"
            " JRSS B 57:289",
        ),
    ),
    "attractor": (
        (
            "Places answered too often",
            "McNemar's exact test of answered against true; ratio of paired proportions; false discovery rate over all"
            " places and models of this report.",
            "Bonett & Price (2006), Biometrical Journal 48:1029; Benjamini & Hochberg (1995)",
        ),
        ("Scatter", "Conditional entropy, corrected for few answers.", "Miller (1955); Basharin (1959)"),
    ),
    "calibration": (
        (
            "Confidence",
            "Expected calibration error against the isotonic worth of each level over all models; photos drawn again."
            " A p value is the one that the interval implies, corrected by Holm.",
            "Naeini et al. (2015), AAAI; Zadrozny & Elkan (2002); Altman & Bland (2011), BMJ 343:d2304",
        ),
        (
            "Right from wrong",
            "AUROC; area under the curve of risk and coverage.",
            "Hanley & McNeil (1982), Radiology 143:29; Geifman & El-Yaniv (2017), NeurIPS",
        ),
    ),
    "regression": (
        (
            "Scenes",
            "Logistic regression, effect coded, cluster-robust by photo; Firth's penalty where scenes separate hits"
            " from misses; Holm over all levels.",
            "Liang & Zeger (1986), Biometrika 73; Heinze & Schemper (2002), Statistics in Medicine 21:2409",
        ),
    ),
}
