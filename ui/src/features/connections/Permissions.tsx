import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { Empty } from "../../components/Empty/Empty";
import { Icon } from "../../components/Icon/Icon";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Name, Plain } from "../../components/Text/Text";
import { Verdict } from "../../components/Verdict/Verdict";
import { useCall, useChange, type GrantView } from "../../host";
import { dated, moment } from "../../lib/moments";
import { number } from "../../lib/words";
import { FailureNotice } from "../shell/FailureNotice";

/** Why a permission does not count any more; nothing while it does. */
export function whyNot(
  { active, revoked, used, count, from, until }: GrantView,
  now = Date.now(),
): string | null {
  if (active) return null;
  if (revoked) return "Taken back by you";
  if (used >= count) return "Used up";
  if (until <= now) return "Over";
  if (from > now) return "Not begun";
  return "The rules changed since. Give it again from the next proposal.";
}

/** What was allowed beforehand: explained, counted, and taken back with one press. */
export function Permissions() {
  const { data, error, refetch } = useCall("grant_list", {});
  const [taking, setTaking] = useState<GrantView | null>(null);
  const systems = useCall("system_list", {}).data;
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
      <Skeleton label="Reading your permissions" lines={6} />
    );
  }
  if (data.length === 0) {
    return (
      <Empty icon="shield" title="Nothing is allowed beforehand">
        <p>
          Every change asks you. A permission is made from a card in the Inbox: for one operation, within
          bounds, for so many changes, until a day. It stands here then.
        </p>
      </Empty>
    );
  }
  const title = (id: string): string => systems?.find((own) => own.id === id)?.title ?? id;
  // What counts comes first, then the newest.
  const rows = [...data].sort(
    (one, other) => Number(other.active) - Number(one.active) || other.from - one.from,
  );
  return (
    <>
      <header className="d-h">
        <div className="grow">
          <h2 id="system">Permissions</h2>
          <p className="dim">
            Changes that go through without asking you, while all of this holds. Each still gets a receipt.
          </p>
        </div>
      </header>
      <ul className="grants">
        {rows.map((grant) => (
          <Grant key={grant.id} grant={grant} system={title(grant.system)} onTake={() => setTaking(grant)} />
        ))}
      </ul>
      {taking && <TakeDialog grant={taking} onClose={() => setTaking(null)} />}
    </>
  );
}

interface GrantProps {
  grant: GrantView;
  system: string;
  onTake: () => void;
}

function Grant({ grant, system, onTake }: GrantProps) {
  const not = whyNot(grant);
  return (
    <li className="grant">
      <div className="row wrap">
        {not === null ? (
          <Verdict hue="allow" icon="v-allow">
            In force
          </Verdict>
        ) : (
          <span className="fact">
            <Icon name={grant.revoked ? "x" : "clock"} /> {not}
          </span>
        )}
        <b className="grow">
          <Plain>{grant.words}</Plain>
        </b>
        {not === null && (
          <Button small look="danger" onClick={onTake}>
            Take back…
          </Button>
        )}
      </div>
      <dl className="kv">
        <dt>System</dt>
        <dd>
          <Name>{system}</Name>{" "}
          <span className="faint">
            as <Name>{grant.account}</Name>
          </span>
        </dd>
        <dt>Operation</dt>
        <dd className="mono">
          <Name>{grant.operation}</Name>
        </dd>
        {grant.bounds.map(([name, bound]) => (
          <Bound key={name} name={name} bound={bound} />
        ))}
        <dt>Used</dt>
        <dd className="num">
          {number(grant.used)} of {number(grant.count)}
        </dd>
        <dt>Until</dt>
        <dd className="num">
          {moment(grant.until)}
          <span className="faint">, given {dated(grant.from)} from </span>
          <a href={`#/activity/receipt/${grant.action}`}>receipt {number(grant.action)}</a>
        </dd>
      </dl>
    </li>
  );
}

function Bound({ name, bound }: { name: string; bound: string }) {
  return (
    <>
      <dt>
        <Name>{name}</Name>
      </dt>
      <dd>
        <Plain>{bound}</Plain>
      </dd>
    </>
  );
}

function TakeDialog({ grant, onClose }: { grant: GrantView; onClose: () => void }) {
  const revoke = useChange("grant_revoke");
  return (
    <Dialog
      title="Take this permission back?"
      hint="From now on every such change asks you. What was done with it stays done; each has its receipt."
      open
      onClose={onClose}
    >
      <p>
        <Plain>{grant.words}</Plain>
      </p>
      {revoke.error && <FailureNotice failure={revoke.error} />}
      <div className="dlg-acts">
        <Button onClick={onClose}>Keep it</Button>
        <Button
          look="danger"
          notYet={revoke.isPending}
          onClick={() => revoke.mutate({ id: grant.id }, { onSuccess: onClose })}
        >
          Take back
        </Button>
      </div>
    </Dialog>
  );
}
