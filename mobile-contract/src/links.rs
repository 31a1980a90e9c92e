//! Links that open the app. From outside, in a push or an e-mail, there is one: an opaque id. The rest of the
//! grammar is for links inside the app; `push.md` has it whole.

use serde_json::{Value, json};
use uuid::Uuid;

/// The app's own scheme, for where https links do not reach it.
pub const SCHEME: &str = "reconnect";

/// Path of the link in an e-mail: `/open/` and the opaque id of the notification.
pub fn open_path(opaque_id: Uuid) -> String {
    format!("/open/{opaque_id}")
}

/// An app on Android, and the certificates it is signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AndroidApp {
    pub package: String,
    /// SHA-256, as `AB:CD:…`.
    pub fingerprints: Vec<String>,
}

/// `/.well-known/apple-app-site-association`: which apps open our links. `app_ids` are a team's id, a
/// point, and the bundle id.
pub fn apple_app_site_association(app_ids: &[String]) -> Value {
    json!({
        "applinks": { "details": [{ "appIDs": app_ids, "components": [{ "/": "/open/*" }] }] },
        "webcredentials": { "apps": app_ids },
    })
}

/// `/.well-known/assetlinks.json` (Digital Asset Links).
pub fn asset_links(apps: &[AndroidApp]) -> Value {
    let statement = |app: &AndroidApp| {
        json!({
            "relation": ["delegate_permission/common.handle_all_urls", "delegate_permission/common.get_login_creds"],
            "target": {
                "namespace": "android_app",
                "package_name": app.package,
                "sha256_cert_fingerprints": app.fingerprints,
            },
        })
    };
    apps.iter().map(statement).collect()
}
