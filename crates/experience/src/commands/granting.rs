use domain::ActionId;
use governance::grants::Bound;
use orchestration::governed::{Held, Limits, Stop};
use serde::Deserialize;

use super::{Access, ActionRequest, BOTH, Cache, Command, DECIDING, MAIN, Nothing, Window};
use crate::actions::{BoundRequest, GrantView, OfferArgument, OfferView, SavedView, label, plain};
use crate::{Copilot, Failure};

/// Says what may be allowed beforehand after a proposal.
pub struct GrantOffer;

impl Command for GrantOffer {
    const NAME: &'static str = "grant_offer";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = BOTH;
    type Request = ActionRequest;
    type Response = OfferView;

    async fn run(copilot: &Copilot, request: ActionRequest) -> Result<OfferView, Failure> {
        let offer = copilot.governed.offer(request.id).await?;
        let arguments = offer.arguments.into_iter().map(|own| OfferArgument {
            label: label(&own.name),
            value: plain(&own.value),
            name: own.name,
            amount: own.amount,
            optional: own.optional,
        });
        Ok(OfferView {
            refused: offer.refused,
            arguments: arguments.collect(),
        })
    }
}

/// Allows beforehand what a proposal asked, within bounds. The proposal itself still waits.
pub struct GrantAdd;

/// What is allowed.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GrantRequest {
    /// The proposal.
    pub id: ActionId,
    /// Arguments that may have other values; the others are bound to the very value of the proposal.
    pub bounds: Vec<BoundRequest>,
    /// Arguments that are left out: a change that has one of them too is asked.
    #[serde(default)]
    pub left_out: Vec<String>,
    /// So many changes in all.
    pub count: u32,
    /// For so many hours.
    pub hours: u32,
}

impl GrantRequest {
    fn limits(&self) -> Limits {
        let each = self.bounds.iter();
        Limits {
            bounds: each
                .filter_map(|bound| Some((bound.name.clone(), Bound::UpTo(bound.up_to?))))
                .collect(),
            left_out: self.left_out.iter().cloned().collect(),
            count: self.count,
            lasts: i64::from(self.hours).saturating_mul(3_600_000),
        }
    }
}

impl Command for GrantAdd {
    const NAME: &'static str = "grant_add";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Grants];
    const WINDOWS: &'static [Window] = DECIDING;
    type Request = GrantRequest;
    type Response = GrantView;

    async fn run(copilot: &Copilot, request: GrantRequest) -> Result<GrantView, Failure> {
        let governed = &copilot.governed;
        let action = governed.action(request.id).await?;
        let (words, name) = (action.shown.summary, copilot.connections.new_name()?);
        let held = governed.grant(request.id, request.limits(), words, name).await?;
        Ok(GrantView::of(
            &held,
            governed.policies.digest(),
            governed.clock.wall(),
        ))
    }
}

/// Says how many questions of the last 30 days such a permission would have saved.
pub struct GrantSaved;

impl Command for GrantSaved {
    const NAME: &'static str = "grant_saved";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = BOTH;
    type Request = GrantRequest;
    type Response = SavedView;

    async fn run(copilot: &Copilot, request: GrantRequest) -> Result<SavedView, Failure> {
        let saved = copilot.governed.saved(request.id, request.limits()).await?;
        Ok(SavedView {
            saved: saved.saved,
            of: saved.of,
            more: saved.more,
        })
    }
}

/// Lists what was allowed beforehand.
pub struct GrantList;

impl Command for GrantList {
    const NAME: &'static str = "grant_list";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = BOTH;
    type Request = Nothing;
    type Response = Vec<GrantView>;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Vec<GrantView>, Failure> {
        let governed = &copilot.governed;
        let held: Vec<Held> = governed.grants.all().await.map_err(Stop::from)?;
        let (policy, now) = (governed.policies.digest(), governed.clock.wall());
        Ok(held.iter().map(|held| GrantView::of(held, policy, now)).collect())
    }
}

/// Takes back what was allowed beforehand.
pub struct GrantRevoke;

/// Which.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RevokeRequest {
    /// Its name.
    pub id: String,
}

impl Command for GrantRevoke {
    const NAME: &'static str = "grant_revoke";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Grants];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = RevokeRequest;
    type Response = Nothing;

    async fn run(copilot: &Copilot, request: RevokeRequest) -> Result<Nothing, Failure> {
        copilot.governed.revoke(&request.id).await?;
        Ok(Nothing {})
    }
}
