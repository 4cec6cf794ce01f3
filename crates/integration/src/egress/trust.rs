//! Whom TLS trusts: the certificates that the system trusts, so that a company's own authority counts too.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::HostError;

/// The settings of TLS. Where no host needs it nobody is trusted, so that a machine without certificates still reaches
/// itself.
pub(super) fn tls(needed: bool) -> Result<ClientConfig, HostError> {
    let trust = |error: rustls::Error| HostError::Trust(error.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let building = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(trust)?;
    if !needed {
        let nobody = RootCertStore::empty();
        return Ok(building.with_root_certificates(nobody).with_no_client_auth());
    }
    let system = Arc::new(Verifier::new(provider).map_err(trust)?);
    // "Dangerous" is any verifier that rustls did not make; this one asks the operating system.
    Ok(building
        .dangerous()
        .with_custom_certificate_verifier(system)
        .with_no_client_auth())
}
