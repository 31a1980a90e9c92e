//! Signing in, staying signed in, and seeing from where.

use crate::api::answer::{Created, Done, Found, created, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::sessions::{self, DeviceClaim, Tokens};
use crate::app::{Answer, push_addresses};
use crate::state::App;
use crate::views;
use domain::ids::{DeviceId, SessionId};
use mobile_contract::sessions::{
    AcceptInvitationIn, AccountOpenedOut, PushSettingsOut, RefreshIn, SessionOut, SessionsOut, SignInIn, TokensOut,
};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct SessionsApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Sessions")]
impl SessionsApi {
    /// Sign in
    ///
    /// Opens a session bound to a device. Unknown login and wrong password answer alike.
    #[oai(path = "/sessions", method = "post", operation_id = "create_session")]
    async fn create_session(
        &self,
        app: Data<&Arc<App>>,
        request: &poem::Request,
        body: Json<SignInIn>,
    ) -> Result<Created<TokensOut>, Problem> {
        let body = body.0;
        let device = DeviceClaim {
            existing: body.device_id.map(DeviceId),
            platform: views::word(body.device.platform.as_str())?,
            environment: match body.device.environment {
                Some(environment) => views::word(environment.as_str())?,
                None => domain::words::PushEnvironment::Production,
            },
            token: body.device.push_token,
            subscription: body.device.subscription,
            app_version: body.device.app_version,
        };
        let address = crate::middleware::address(request, &app.settings);
        let tokens = sessions::sign_in(&app, &address, &body.login, body.password, device).await?;
        Ok(created(present(tokens)?, 1))
    }

    /// Refresh the tokens
    ///
    /// A refresh token is good once. After a lost answer the same call gives the same successor, as
    /// long as that was not used; a replay after that ends the session.
    #[oai(path = "/sessions/refresh", method = "post", operation_id = "refresh_session")]
    async fn refresh_session(&self, app: Data<&Arc<App>>, body: Json<RefreshIn>) -> Result<Found<TokensOut>, Problem> {
        let tokens = sessions::refresh(&app, &body.refresh_token).await?;
        Ok(found(present(tokens)?))
    }

    /// Get what an app needs to register for pushes
    ///
    /// Needs no session. A browser or a UnifiedPush app subscribes with the key and hands the subscription over
    /// with its device.
    #[oai(path = "/push_settings", method = "get", operation_id = "get_push_settings")]
    async fn get_push_settings(&self, app: Data<&Arc<App>>) -> Result<Found<PushSettingsOut>, Problem> {
        Ok(found(push_addresses::settings(&app)))
    }

    /// List my sessions
    ///
    /// Every place where you are signed in, with its device.
    #[oai(path = "/sessions", method = "get", operation_id = "list_sessions")]
    async fn list_sessions(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Found<SessionsOut>, Problem> {
        let rows = storage::sessions::of_account(app.store.read(), caller.0.actor.account, app.now()).await?;
        let items = rows
            .into_iter()
            .map(|(session, device)| {
                Ok(SessionOut {
                    id: session.id,
                    device_id: session.device_id,
                    platform: views::word(device.as_ref().map_or("none", |device| &device.platform))?,
                    app_version: device.map(|device| device.app_version).unwrap_or_default(),
                    created_at: session.created_at,
                    last_seen_at: session.last_seen_at,
                    current: session.id == caller.0.session.0,
                })
            })
            .collect::<Answer<_>>()?;
        Ok(found(SessionsOut { items }))
    }

    /// Sign out here
    ///
    /// Ends this session; its device receives no more pushes.
    #[oai(path = "/sessions/current", method = "delete", operation_id = "delete_current_session")]
    async fn delete_current_session(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Done, Problem> {
        sessions::revoke(&app, caller.0, caller.0.session).await?;
        Ok(Done::Empty)
    }

    /// Sign out one of my sessions
    ///
    /// For a phone that was lost: its tokens stop working at once, and it receives no more pushes.
    #[oai(path = "/sessions/:id", method = "delete", operation_id = "delete_session")]
    async fn delete_session(&self, app: Data<&Arc<App>>, caller: SignedIn, id: Path<Uuid>) -> Result<Done, Problem> {
        sessions::revoke(&app, caller.0, SessionId(id.0)).await?;
        Ok(Done::Empty)
    }

    /// Open the account I was invited to
    ///
    /// With the code from the invitation and a password of your own. The code works once; a code that is
    /// unknown, used or too old is `expired`. Sign in afterwards.
    #[oai(path = "/invitations/accept", method = "post", operation_id = "accept_invitation")]
    async fn accept_invitation(
        &self,
        app: Data<&Arc<App>>,
        body: Json<AcceptInvitationIn>,
    ) -> Result<Created<AccountOpenedOut>, Problem> {
        let body = body.0;
        let (account, login, role) = sessions::accept_invitation(&app, &body.code, body.password, body.adult).await?;
        let out = AccountOpenedOut { account_id: account.0, login, role: views::word(role.as_str())? };
        Ok(created(out, 1))
    }
}

fn present(tokens: Tokens) -> Answer<TokensOut> {
    Ok(TokensOut {
        access_token: tokens.access,
        access_expires_at: tokens.access_expires_at,
        refresh_token: tokens.refresh,
        refresh_expires_at: tokens.refresh_expires_at,
        session_id: tokens.session.0,
        device_id: tokens.device.0,
        account_id: tokens.account.0,
        role: views::word(tokens.role.as_str())?,
    })
}
