//! The owner's toolbox, and what of it is shared.

use crate::api::answer::{Created, Done, Found, Ready, Versioned, created, found, ready, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::Answer;
use crate::app::toolbox::shared::{self, Asked};
use crate::app::toolbox::{self, network, panel, versions};
use crate::state::App;
use crate::views;
use domain::ids::{AccountId, ItemId};
use mobile_contract::toolbox::{
    EarlierItemOut, ItemIn, ItemKind, ItemOut, ItemPutIn, ItemVersionsOut, ItemsOut, Module, NetworkChangesOut,
    NetworkOut, NetworkSnapshotIn, PanelOut, SharedItemOut, SharedItemsOut,
};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use storage::toolbox::Filter;
use uuid::Uuid;

pub struct ToolboxApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Toolbox")]
impl ToolboxApi {
    /// Keep something
    ///
    /// For owners: a goal, a step, a person of your network, a diary entry… in your own words. Private until you share
    /// it or the part of the toolbox it is in. The same `id` again answers with what has it.
    #[oai(path = "/items", method = "post", operation_id = "create_item")]
    async fn create_item(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<ItemIn>,
    ) -> Result<Created<ItemOut>, Problem> {
        let out = toolbox::create(&app, caller.0, body.0).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// List what I keep, newest first
    ///
    /// For owners. All of it, or a part.
    #[oai(path = "/items", method = "get", operation_id = "list_items")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query")]
    async fn list_items(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        module: Query<Option<Module>>,
        kind: Query<Option<ItemKind>>,
        parent_id: Query<Option<Uuid>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<ItemsOut>, Problem> {
        let filter = filter(module.0, kind.0, parent_id.0)?;
        Ok(found(toolbox::list(&app, caller.0, filter, cursor.as_deref(), limit.0).await?))
    }

    /// Get one thing I keep
    ///
    /// For owners.
    #[oai(path = "/items/:id", method = "get", operation_id = "get_item")]
    async fn get_item(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<ItemOut>, Problem> {
        let out = toolbox::get(&app, caller.0, ItemId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Write it anew
    ///
    /// For owners. What it said before is kept as a version. The same again makes none.
    #[oai(path = "/items/:id", method = "put", operation_id = "put_item")]
    async fn put_item(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<ItemPutIn>,
    ) -> Result<Versioned<ItemOut>, Problem> {
        let out = toolbox::put(&app, caller.0, ItemId(id.0), body.0, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Take it away
    ///
    /// For owners, and for good: with what lies under it, and with all earlier versions.
    #[oai(path = "/items/:id", method = "delete", operation_id = "delete_item")]
    async fn delete_item(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, Problem> {
        toolbox::delete(&app, caller.0, ItemId(id.0), if_match.as_deref()).await?;
        Ok(Done::Empty)
    }

    /// List the versions of one thing, newest first
    ///
    /// For owners. The present one is the first.
    #[oai(path = "/items/:id/versions", method = "get", operation_id = "list_item_versions")]
    async fn list_item_versions(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<ItemVersionsOut>, Problem> {
        Ok(found(versions::list(&app, caller.0, ItemId(id.0), cursor.as_deref(), limit.0).await?))
    }

    /// Get it as it was once
    ///
    /// For owners.
    #[oai(path = "/items/:id/versions/:number", method = "get", operation_id = "get_item_version")]
    async fn get_item_version(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        number: Path<i32>,
    ) -> Result<Found<EarlierItemOut>, Problem> {
        Ok(found(versions::one(&app, caller.0, ItemId(id.0), number.0).await?))
    }

    /// Say again what it said once
    ///
    /// For owners: as a new version, so that nothing in between is lost. A draft stays a draft.
    #[oai(path = "/items/:id/versions/:number/restore", method = "post", operation_id = "restore_item_version")]
    async fn restore_item_version(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        number: Path<i32>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Versioned<ItemOut>, Problem> {
        let out = versions::restore(&app, caller.0, ItemId(id.0), number.0, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// See my toolbox as one provider sees it, newest first
    ///
    /// For owners. Made by exactly what answers that provider.
    #[oai(path = "/items/as_seen_by/:provider", method = "get", operation_id = "list_items_as_seen_by")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query")]
    async fn list_items_as_seen_by(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        provider: Path<Uuid>,
        module: Query<Option<Module>>,
        kind: Query<Option<ItemKind>>,
        parent_id: Query<Option<Uuid>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<SharedItemsOut>, Problem> {
        let filter = filter(module.0, kind.0, parent_id.0)?;
        let asked = Asked { filter, cursor: cursor.as_deref(), limit: limit.0 };
        Ok(found(shared::as_seen_by(&app, caller.0, AccountId(provider.0), asked).await?))
    }

    /// Get my control panel
    ///
    /// For owners: values, and per life domain status → process → goals, in one call. Drafts are not in it.
    #[oai(path = "/panel", method = "get", operation_id = "get_panel")]
    async fn get_panel(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Ready<PanelOut>, Problem> {
        Ok(ready(panel::get(&app, caller.0).await?.to_vec()))
    }

    /// Get my network as it is
    ///
    /// For owners. People and ties are items, and are kept, changed and taken away as such. Drafts are not in it.
    #[oai(path = "/network", method = "get", operation_id = "get_network")]
    async fn get_network(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Found<NetworkOut>, Problem> {
        Ok(found(network::get(&app, caller.0).await?))
    }

    /// Keep my network as it is today
    ///
    /// For owners. The snapshot is an item. There must be somebody in the network.
    #[oai(path = "/network/snapshots", method = "post", operation_id = "create_network_snapshot")]
    async fn create_network_snapshot(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<NetworkSnapshotIn>,
    ) -> Result<Created<ItemOut>, Problem> {
        let out = network::keep_snapshot(&app, caller.0, body.0).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// Compare my network with what it was
    ///
    /// For owners: what changed from one snapshot to another, or to the network as it is.
    #[oai(path = "/network/changes", method = "get", operation_id = "get_network_changes")]
    async fn get_network_changes(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        from: Query<Uuid>,
        to: Query<Option<Uuid>>,
    ) -> Result<Found<NetworkChangesOut>, Problem> {
        Ok(found(network::changes(&app, caller.0, ItemId(from.0), to.0.map(ItemId)).await?))
    }

    /// List what an owner shares of her toolbox with me, newest first
    ///
    /// For providers. The reading stands in her access log. No such owner and one you do not work with answer alike.
    #[oai(path = "/owners/:owner/items", method = "get", operation_id = "list_shared_items")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query")]
    async fn list_shared_items(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        owner: Path<Uuid>,
        module: Query<Option<Module>>,
        kind: Query<Option<ItemKind>>,
        parent_id: Query<Option<Uuid>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<SharedItemsOut>, Problem> {
        let filter = filter(module.0, kind.0, parent_id.0)?;
        let asked = Asked { filter, cursor: cursor.as_deref(), limit: limit.0 };
        Ok(found(shared::list(&app, caller.0, AccountId(owner.0), asked).await?))
    }

    /// Get one thing an owner shares with me
    ///
    /// For providers. The reading stands in her access log. What is not shared and what is not there answer alike.
    #[oai(path = "/owners/:owner/items/:id", method = "get", operation_id = "get_shared_item")]
    async fn get_shared_item(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        owner: Path<Uuid>,
        id: Path<Uuid>,
    ) -> Result<Versioned<SharedItemOut>, Problem> {
        let out = shared::get(&app, caller.0, AccountId(owner.0), ItemId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }
}

fn filter(module: Option<Module>, kind: Option<ItemKind>, parent: Option<Uuid>) -> Answer<Filter> {
    Ok(Filter {
        module: module.map(|module| views::word(module.as_str())).transpose()?,
        kind: kind.map(|kind| views::word(kind.as_str())).transpose()?,
        parent: parent.map(ItemId),
    })
}
