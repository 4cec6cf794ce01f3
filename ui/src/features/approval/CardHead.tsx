import type { Ref } from "react";
import { Icon } from "../../components/Icon/Icon";
import { Name, Plain, Said } from "../../components/Text/Text";
import type { ActionView, RuleView } from "../../host";
import { list } from "../../lib/words";
import { LAYERS, at, byWhom } from "./words";

/** `outside-text-asks` is `outside text`. */
const ruleWords = (name: string): string =>
  name.replace(/-(?:asks?|allows?|den(?:y|ies))$/, "").replaceAll("-", " ");

function unique<T>(all: readonly T[], key: (one: T) => string): T[] {
  return [...new Map(all.map((one) => [key(one), one])).values()];
}

interface CardHeadProps {
  sentence: string;
  actions: readonly ActionView[];
  level: 1 | 2;
  heading?: Ref<HTMLHeadingElement>;
}

/** What would be done, who proposed it and through whose account, and why it is asked. */
export function CardHead({ sentence, actions, level, heading }: CardHeadProps) {
  const Heading = `h${level}` as const;
  const [first] = actions;
  if (!first) return null;
  const accounts = unique(actions, ({ account }) => account).map(({ account }) => account);
  const systems = unique(actions, ({ system }) => system).map((own) => own.system_title);
  const reasons = unique(
    actions.filter(({ reason }) => reason !== null),
    ({ reason }) => reason ?? "",
  );
  return (
    <div className="head">
      <Heading ref={heading} tabIndex={-1}>
        <Plain>{sentence}</Plain>
      </Heading>
      <div className="meta">
        <span className="fact">
          <Icon name="ask" />
          <span>
            Proposed {at(first.created)} <Plain>{byWhom(first)}</Plain>
          </span>
        </span>
        <span className="fact">
          <Icon name="user" />
          <span>
            Runs in <Plain>{list(systems)}</Plain> as <Plain>{list(accounts)}</Plain>
          </span>
        </span>
      </div>
      {actions.length < 3 &&
        reasons.map((own) => (
          <p key={own.id} className="reason">
            <span className="faint">Why, in the words of whoever proposed it: </span>
            <Plain>{`“${own.reason ?? ""}”`}</Plain>
          </p>
        ))}
      <Why actions={actions} />
    </div>
  );
}

/** The rules that decided, what triggered them, and which permission was not used. */
function Why({ actions }: { actions: readonly ActionView[] }) {
  const rules: RuleView[] = unique(
    actions.flatMap(({ verdict }) => verdict.rules),
    ({ name }) => name,
  );
  const sources = unique(
    actions.flatMap(({ outside }) => outside),
    ({ kind, object }) => `${kind} ${object}`,
  );
  const unused = unique(
    actions.flatMap(({ unused_grant }) => (unused_grant === null ? [] : [unused_grant])),
    (words) => words,
  );
  const needs = unique(
    actions.flatMap(({ verdict }) => verdict.needs),
    (words) => words,
  );
  const [first] = actions;
  if (!first || rules.length === 0) return null;
  const { decision } = first.verdict;
  const denied = decision === "deny";
  const red = denied || actions.some(({ verdict }) => verdict.red);
  const word = denied ? "Denied" : decision === "allow" ? "Allowed" : "Ask";
  const hue = red ? "deny" : decision === "allow" ? "allow" : "ask";
  return (
    <div className={`because n-${hue}`}>
      <Icon name={denied ? "v-deny" : decision === "allow" ? "v-allow" : red ? "warn" : "v-ask"} />
      {rules.map(({ name, why, layer }) => (
        <p key={name}>
          <b className={`t-${hue}`}>
            {word}: <Plain>{ruleWords(name)}</Plain>.
          </b>{" "}
          <Said>{why}</Said>{" "}
          <span className="dim xs nowrap">
            Rule, <Name>{LAYERS[layer] ?? layer}</Name>.
          </span>
        </p>
      ))}
      {needs.map((need) => (
        <p key={need} className="dim xs">
          <Said>{need}</Said>
        </p>
      ))}
      {sources.length > 0 && (
        <p className="dim xs">
          From outside:{" "}
          {sources.map(({ kind, object }, index) => (
            <span key={index}>
              {index > 0 && ", "}
              <Name>{kind}</Name> <Name>{object}</Name>
            </span>
          ))}
          .
        </p>
      )}
      {unused.map((words) => (
        <p key={words} className="dim xs">
          <Said>{words}</Said>
        </p>
      ))}
    </div>
  );
}
