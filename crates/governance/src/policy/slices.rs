//! Many policies, asked fast: those that can't apply are not looked at one by one.

use std::collections::BTreeMap;

use cedar_policy::{
    ActionConstraint, EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint, Request,
    ResourceConstraint,
};
use serde_json::{Value, json};

use super::Layer;
use super::cedar::{Answer, Question, Words};
use super::load::Loaded;

/// So many policies are asked about together.
const BUNDLE: usize = 32;

/// The policies that can answer one question: those for any system, and by system those that name it.
#[derive(Debug)]
pub(super) struct Slices {
    /// Hardly anything is asked about to which none of them applies, so that each is asked.
    shipped: PolicySet,
    any: Vec<Bundle>,
    by_system: BTreeMap<String, Vec<Bundle>>,
}

/// Some policies, and one that applies where any of them does. Cedar puts the condition of a policy together each time it is
/// asked; of a company's five hundred hardly any applies, and one condition says so.
#[derive(Debug)]
struct Bundle {
    any: PolicySet,
    each: PolicySet,
}

impl Slices {
    /// Of the policies that can apply when this question is asked.
    pub(super) fn of(loaded: &[Loaded], question: Question, words: &Words) -> Result<Self, String> {
        let asked = |one: &&Loaded| match one.policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(action) => action == *words.action(question),
            ActionConstraint::In(actions) => actions.contains(words.action(question)),
        };
        let (mut shipped, mut any): (Vec<&Policy>, Vec<&Policy>) = (Vec::new(), Vec::new());
        let mut by_system: BTreeMap<String, Vec<&Policy>> = BTreeMap::new();
        for one in loaded.iter().filter(asked) {
            match system(&one.policy) {
                _ if one.rule.layer != Layer::Company => shipped.push(&one.policy),
                None => any.push(&one.policy),
                Some(system) => by_system.entry(system).or_default().push(&one.policy),
            }
        }
        let bundles = |policies: Vec<&Policy>| {
            policies
                .chunks(BUNDLE)
                .map(Bundle::of)
                .collect::<Result<Vec<_>, _>>()
        };
        let by_system = by_system.into_iter();
        Ok(Self {
            shipped: set(&shipped)?,
            any: bundles(any)?,
            by_system: by_system
                .map(|(system, policies)| Ok((system, bundles(policies)?)))
                .collect::<Result<_, String>>()?,
        })
    }

    /// Asks those that can apply to this system.
    pub(super) fn ask(&self, system: &str, request: &Request, words: &Words) -> Result<Answer, String> {
        let named = self.by_system.get(system).into_iter().flatten();
        let mut answers = vec![words.ask(request, &self.shipped)?];
        for bundle in self.any.iter().chain(named) {
            // Where one of them would fail this fails too, or one before it applies: then each is asked.
            if !words.ask(request, &bundle.any).is_ok_and(|any| !any.allowed) {
                answers.push(words.ask(request, &bundle.each)?);
            }
        }
        let (mut permits, mut forbids) = (Vec::new(), Vec::new());
        for answer in answers {
            // A permit that a forbid of its bundle hides does not decide.
            if answer.allowed {
                &mut permits
            } else {
                &mut forbids
            }
            .extend(answer.by);
        }
        Ok(Answer {
            allowed: forbids.is_empty() && !permits.is_empty(),
            by: if forbids.is_empty() { permits } else { forbids },
        })
    }
}

impl Bundle {
    fn of(policies: &[&Policy]) -> Result<Self, String> {
        let mut conditions = Vec::new();
        for policy in policies {
            let json = policy.to_json().map_err(|error| error.to_string())?;
            conditions.push(condition(policy, &json));
        }
        let any = json!({
            "effect": "permit",
            "principal": {"op": "All"},
            "action": {"op": "All"},
            "resource": {"op": "All"},
            "conditions": [{"kind": "when", "body": any_of(&conditions)}],
        });
        let any = Policy::from_json(Some(PolicyId::new("any")), any).map_err(|error| error.to_string())?;
        Ok(Self {
            any: set(&[&any])?,
            each: set(policies)?,
        })
    }
}

fn set(policies: &[&Policy]) -> Result<PolicySet, String> {
    PolicySet::from_policies(policies.iter().map(|policy| (*policy).clone()))
        .map_err(|error| error.to_string())
}

/// The system that a policy names in its scope. Systems are in nothing, so that `in` is the same as `==`.
fn system(policy: &Policy) -> Option<String> {
    match policy.resource_constraint() {
        ResourceConstraint::Eq(system)
        | ResourceConstraint::In(system)
        | ResourceConstraint::IsIn(_, system) => Some(system.id().unescaped().to_owned()),
        ResourceConstraint::Any | ResourceConstraint::Is(_) => None,
    }
}

/// When a policy applies, given that the question and the system are those of its scope.
fn condition(policy: &Policy, json: &Value) -> Value {
    let proposer = json!({"Var": "principal"});
    let uid = |uid: &EntityUid| json!({"Value": {"__entity": {"type": uid.type_name().to_string(), "id": uid.id().unescaped()}}});
    let scope = match policy.principal_constraint() {
        PrincipalConstraint::Any => None,
        PrincipalConstraint::Is(name) => {
            Some(json!({"is": {"left": proposer, "entity_type": name.to_string()}}))
        }
        PrincipalConstraint::Eq(one) => Some(json!({"==": {"left": proposer, "right": uid(&one)}})),
        PrincipalConstraint::In(one) => Some(json!({"in": {"left": proposer, "right": uid(&one)}})),
        PrincipalConstraint::IsIn(name, one) => {
            Some(json!({"is": {"left": proposer, "entity_type": name.to_string(), "in": uid(&one)}}))
        }
    };
    let conditions = json
        .get("conditions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let conditions = conditions.filter_map(|one| {
        let body = one.get("body")?.clone();
        Some(if one.get("kind")? == "unless" {
            json!({"!": {"arg": body}})
        } else {
            body
        })
    });
    let parts = scope.into_iter().chain(conditions);
    parts
        .reduce(|all, part| json!({"&&": {"left": all, "right": part}}))
        .unwrap_or_else(|| json!({"Value": true}))
}

/// Balanced, so that it is not deep.
fn any_of(conditions: &[Value]) -> Value {
    match conditions {
        [] => json!({"Value": false}),
        [one] => one.clone(),
        more => {
            let (left, right) = more.split_at(more.len() / 2);
            json!({"||": {"left": any_of(left), "right": any_of(right)}})
        }
    }
}
