/// Whether a record of `tracing` may be written down. The HTTP and TLS libraries print whole headers, the credential among
/// them, on TRACE and DEBUG; here they may say nothing below a warning.
///
/// Whoever sets up tracing adds it as a layer of its own, so that no environment variable can turn it off:
/// `registry().with(filter_fn(integration::quiet_targets)).with(…)`.
pub fn quiet_targets(record: &tracing::Metadata<'_>) -> bool {
    let library = record.target().split("::").next().unwrap_or_default();
    let talks = [
        "h2",
        "hyper",
        "hyper_rustls",
        "hyper_util",
        "reqwest",
        "rustls",
        "rustls_platform_verifier",
        "sqlx",
        "sqlx_core",
        "sqlx_mysql",
        "sqlx_postgres",
        "sqlx_sqlite",
        "tokio_rustls",
        "tower",
        "tower_http",
    ];
    !talks.contains(&library) || *record.level() <= tracing::Level::WARN
}
