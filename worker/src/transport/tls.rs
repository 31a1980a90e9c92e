//! One idea of trust for every gateway: the public roots compiled in (so that a bare container
//! trusts what a laptop trusts) and the CA a deployment adds.

use super::settings::SettingsError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::io;
use std::sync::Arc;

/// A client configuration on ring, without ALPN.
pub(super) fn client_config(extra_ca_pem: Option<&str>, key: &'static str) -> Result<ClientConfig, SettingsError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = extra_ca_pem {
        let mut found = false;
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let added = certificate.ok().and_then(|certificate| roots.add(certificate).ok());
            added.ok_or(SettingsError::new(key, "holds something that is not a CA certificate in PEM"))?;
            found = true;
        }
        if !found {
            return Err(SettingsError::new(key, "holds no certificate; expected one or more in PEM"));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| SettingsError::new(key, "TLS 1.2 and 1.3 are not available"))?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

/// Whether the peer's certificate was the reason: that heals by configuration, not by waiting.
pub(super) fn is_untrusted(error: &(dyn Error + 'static)) -> bool {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return matches!(tls, rustls::Error::InvalidCertificate(_));
    }
    // An io::Error's source() is the source of what it wraps, which skips the wrapped error itself.
    if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        return is_untrusted(inner);
    }
    error.source().is_some_and(is_untrusted)
}
