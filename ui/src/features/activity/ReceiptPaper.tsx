import { useState, type ReactNode } from "react";
import { Button } from "../../components/Button/Button";
import { Fold } from "../../components/Fold/Fold";
import { Icon } from "../../components/Icon/Icon";
import { LiveRegion } from "../../components/LiveRegion/LiveRegion";
import { Notice } from "../../components/Notice/Notice";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Name, Plain } from "../../components/Text/Text";
import { Verdict } from "../../components/Verdict/Verdict";
import {
  useCall,
  useChange,
  type ActionView,
  type ChangeView,
  type Receipt,
  type ReceiptRow,
} from "../../host";
import { clock, dated, exactly, shortHash } from "../../lib/moments";
import { visible } from "../../lib/text";
import { count, number } from "../../lib/words";
import { FailureNotice } from "../shell/FailureNotice";
import { stateMark } from "./marks";
import { decisionWords, readBackWords, receiptText } from "./receiptText";

/** Everything that is known of an action, as a sheet of paper. */
export function ReceiptPaper({ id }: { id: number }) {
  const { data, error, refetch } = useCall("receipt_get", { id });
  if (!data) {
    return error ? (
      <FailureNotice
        failure={error}
        actions={
          <Button small icon="retry" onClick={() => void refetch()}>
            Try again
          </Button>
        }
      />
    ) : (
      <div className="paper paper-wait">
        <Skeleton label="Reading the receipt" lines={8} />
      </div>
    );
  }
  return <Paper key={id} id={id} receipt={data} />;
}

function Paper({ id, receipt }: { id: number; receipt: Receipt }) {
  const { action, rows } = receipt;
  const mark = stateMark(action?.state ?? null);
  const last = rows.at(-1);
  return (
    <article className="paper" aria-labelledby="receipt">
      <header className="p-head">
        <div className="row xs">
          {mark.hue ? (
            <Verdict hue={mark.hue} icon={mark.icon}>
              {mark.words}
            </Verdict>
          ) : (
            <span className="fact">
              <Icon name={mark.icon} /> {mark.words}
            </span>
          )}
          <span className="dim">Receipt {number(id)}</span>
          {last && (
            <span className="faint num">
              {dated(last.at)}, {exactly(last.at)}
            </span>
          )}
          <span className="grow" />
          {action && <UndoButton action={action} />}
        </div>
        <h2 id="receipt">
          {action ? (
            <Plain>{action.sentence}</Plain>
          ) : (
            "What this action did was erased. Its rows in the audit stay."
          )}
        </h2>
      </header>
      <ChainLine receipt={receipt} />
      <dl className="rows">
        {action && <About action={action} />}
        <Part name="Audit">
          <Fold words={`Show ${count(rows.length, "row")}`}>
            <ol className="audit">
              {rows.map((row) => (
                <AuditRow key={row.seq} row={row} />
              ))}
            </ol>
          </Fold>
        </Part>
      </dl>
      <footer className="p-foot">
        {last && (
          <span className="fact">
            <Icon name="seal" />
            <Hash>{last.hash}</Hash>
          </span>
        )}
        <span className="grow" />
        <CopyButton text={() => receiptText(receipt, id)} />
      </footer>
    </article>
  );
}

/** The ends of a hash; all of it where the mouse rests. */
function Hash({ children }: { children: string }) {
  const hash = visible(children);
  return (
    <span className="mono" title={hash}>
      {shortHash(hash)}
    </span>
  );
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const DECISIONS: Record<string, { words: string; className: string }> = {
  allow: { words: "Allowed without asking", className: "t-allow strong" },
  ask: { words: "Ask", className: "t-ask strong" },
  deny: { words: "Denied", className: "t-deny strong" },
};
const LAYERS: Record<string, string> = {
  baseline: "built in",
  default: "set by default",
  company: "set by your company",
};
const KINDS: Record<string, string> = { mail: "MAIL", file: "FILE", record: "RECORD", tool: "TOOL" };

function About({ action }: { action: ActionView }) {
  const { verdict, outside, proposer } = action;
  const decided = DECISIONS[verdict.decision];
  const by =
    proposer.kind === "person"
      ? "You"
      : `${proposer.kind === "model" ? "The model" : "The workflow"} ${visible(proposer.name ?? "")}`;
  return (
    <>
      {action.changes.length > 0 && (
        <Part name={action.state === "succeeded" ? "Changed" : "Change"}>
          <Changes changes={action.changes} />
          {action.unchanged > 0 && (
            <p className="faint xs">
              {count(action.unchanged, "other field")}{" "}
              {action.unchanged === 1 ? "stays as it is" : "stay as they are"}
            </p>
          )}
        </Part>
      )}
      {action.message && (
        <Part name="Message">
          <p>
            To <Plain>{action.message.to.join(", ")}</Plain>:{" "}
            <b>
              <Plain>{action.message.subject}</Plain>
            </b>
          </p>
          <Fold words="Show the message">
            <p className="p-body">
              <Plain>{action.message.body}</Plain>
            </p>
          </Fold>
        </Part>
      )}
      <Part name="Context used">
        {outside.length === 0 ? (
          "No text that somebody else wrote."
        ) : (
          <ul>
            {outside.map(({ kind, object, span }) => (
              <li key={`${kind} ${object} ${span?.join("-") ?? ""}`}>
                <span className="row">
                  <span className="ftype">{KINDS[kind] ?? visible(kind).toUpperCase()}</span>
                  <span className="clip" title={visible(object)}>
                    <Name>{object}</Name>
                  </span>
                  <span className="fact t-ask nowrap">
                    <Icon name="outside" /> outside text
                  </span>
                </span>
                {span && (
                  <span className="hash mono">
                    {number(span[0])} to {number(span[1])}
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
      </Part>
      <Part name="System">
        <Name>{action.system_title}</Name>{" "}
        <span className="faint">
          as <Name>{action.account}</Name>
        </span>
      </Part>
      <Part name="Proposed">
        {by}, at {clock(action.created)}
        {action.reason && (
          <p className="dim">
            “<Plain>{action.reason}</Plain>”
          </p>
        )}
      </Part>
      <Part name="Policy">
        {verdict.rules.length === 0 && <span className={decided?.className}>{decided?.words}</span>}
        <ul>
          {verdict.rules.map((rule) => (
            <li key={rule.name}>
              <span>
                <span className={decided?.className}>{decided?.words ?? visible(verdict.decision)}</span> by
                rule{" "}
                <code>
                  <Name>{rule.name}</Name>
                </code>
                , {LAYERS[rule.layer] ?? visible(rule.layer)}. <Plain>{rule.why}</Plain>
              </span>
            </li>
          ))}
        </ul>
        {action.unused_grant && (
          <p className="faint xs">
            <Plain>{action.unused_grant}</Plain>
          </p>
        )}
        <p className="faint xs">
          Rules <Hash>{verdict.policy}</Hash>
        </p>
      </Part>
      <Part name="Decision">
        {action.approved_by !== null && action.approved_at !== null ? (
          <>
            <b>Approved</b> by <Name>{action.approved_by}</Name> at {exactly(action.approved_at)}
          </>
        ) : (
          <Plain>{decisionWords(action)}</Plain>
        )}
        {action.grant && (
          <p className="xs">
            <a href="#/connections/permissions">By your permission</a>{" "}
            <span className="faint mono">
              <Name>{action.grant}</Name>
            </span>
          </p>
        )}
      </Part>
      <Part name={action.attempts === 0 ? "Request" : "Sent and answered"}>
        <p>
          {action.attempts === 0 ? (
            "Nothing was sent."
          ) : (
            <>
              <Plain>{action.outcome?.words ?? action.state_words}</Plain>{" "}
              {action.attempts > 1 && `Sending was begun ${action.attempts} times.`}
            </>
          )}
        </p>
        <p className="faint xs">
          Request <Hash>{action.request_hash}</Hash>
        </p>
        <Fold words="Show the raw request">
          <pre className="wire" tabIndex={0} aria-label="Raw request">
            {rawText(action)}
          </pre>
        </Fold>
      </Part>
      {action.attempts > 0 && (
        <Part name="Result">
          <p>{readBackWords(action)}</p>
          {action.outcome && action.outcome.differs.length > 0 && (
            <Changes changes={action.outcome.differs} />
          )}
        </Part>
      )}
    </>
  );
}

/** The request in letters; what turns the direction of writing is shown. */
function rawText({ raw }: ActionView): string {
  const body = raw.body?.split("\n").map(visible) ?? [];
  const condition = raw.condition === null ? [] : [`only if the version is ${visible(raw.condition)}`];
  return [`${visible(raw.method)} ${visible(raw.address)}`, ...condition, ...body].join("\n");
}

function Changes({ changes }: { changes: readonly ChangeView[] }) {
  return (
    <ul className="chg">
      {changes.map(({ field, label, before, after }) => (
        <li key={field}>
          <span className="dim">
            <Name>{label}</Name>
          </span>
          <span>
            <span className="vh">was </span>
            <span className="chg-was">
              <Plain>{before ?? "empty"}</Plain>
            </span>{" "}
            <Icon name="right" size="sm" className="i-inline" />
            <span className="vh"> becomes </span>{" "}
            {after === null ? (
              <span className="chg-clear">Cleared</span>
            ) : (
              <b>
                <Plain>{after}</Plain>
              </b>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Where the rows stand in the chain, and whether it still holds. */
function ChainLine({ receipt: { rows, holds } }: { receipt: Receipt }) {
  const { data, isFetching, refetch, dataUpdatedAt } = useCall("audit_verify", {});
  const first = rows[0];
  const last = rows.at(-1);
  const broken = !holds || (data !== undefined && !data.holds && last !== undefined && last.seq > data.rows);
  return (
    <div className={broken ? "chain chain-bad" : "chain"} role="status">
      <Icon name={broken ? "v-deny" : "seal"} />
      <span>
        <b>
          {broken
            ? holds
              ? "Not to be trusted."
              : "Altered."
            : data && !isFetching
              ? `Verified ${clock(dataUpdatedAt)}.`
              : "Checking."}
        </b>{" "}
        <span className="dim">
          {broken ? (
            <>
              {holds
                ? "A row before these does not match its seal."
                : "A row of this receipt does not match its seal."}{" "}
              What stands here may not be what happened.
            </>
          ) : (
            <>
              {first && first.seq > 1 && (
                <>
                  Follows row {number(first.seq - 1)} (<Hash>{first.prev}</Hash>
                  ).{" "}
                </>
              )}
              Nothing was removed, reordered or altered.
            </>
          )}
        </span>
      </span>
      <Button small notYet={isFetching} onClick={() => void refetch()}>
        Verify again
      </Button>
    </div>
  );
}

function AuditRow({ row }: { row: ReceiptRow }) {
  return (
    <li>
      <span className="num faint">{number(row.seq)}</span>
      <span>
        <span className="num">{exactly(row.at)}</span> <Plain>{row.words}</Plain>
        <Fold
          words={
            <>
              Row and hash <Hash>{row.hash}</Hash>
            </>
          }
        >
          <pre className="wire" tabIndex={0} aria-label={`Row ${row.seq}`}>
            {`${visible(row.body)}\nhash ${row.hash}\nprev ${row.prev}`}
          </pre>
        </Fold>
      </span>
    </li>
  );
}

function CopyButton({ text }: { text: () => string }) {
  const [done, setDone] = useState("");
  const copy = (): void => {
    navigator.clipboard.writeText(text()).then(
      () => setDone("Copied"),
      () => setDone("The clipboard could not be reached"),
    );
  };
  return (
    <>
      <Button
        small
        look="quiet"
        icon={done === "Copied" ? "check" : "copy"}
        onBlur={() => setDone("")}
        onClick={copy}
      >
        {done || "Copy as text"}
      </Button>
      <LiveRegion>{done}</LiveRegion>
    </>
  );
}

/** Proposes the way back, which waits for a decision like everything else. */
function UndoButton({ action }: { action: ActionView }) {
  const undo = useChange("action_undo");
  if (action.state !== "succeeded" || action.undo === null) return null;
  if (action.undo === "irreversible") {
    return (
      <span className="fact">
        <Icon name="oneway" /> Irreversible
      </span>
    );
  }
  const fields = action.undo === "restorable" ? action.changes.length : 0;
  if (undo.data) {
    return (
      <Notice icon="undo" title="The way back waits for you">
        <p>
          <a href={`#/inbox/${undo.data[0]?.id ?? action.id}`}>Decide in the Inbox</a>
        </p>
      </Notice>
    );
  }
  return (
    <>
      <Button small icon="undo" notYet={undo.isPending} onClick={() => undo.mutate({ ids: [action.id] })}>
        {fields > 0 ? `Undo ${count(fields, "field")}` : "Undo"}
      </Button>
      {undo.error && <FailureNotice failure={undo.error} />}
    </>
  );
}
