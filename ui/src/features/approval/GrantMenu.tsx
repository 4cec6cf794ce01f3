import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Field } from "../../components/Field/Field";
import { Icon } from "../../components/Icon/Icon";
import { Popover } from "../../components/Popover/Popover";
import { Segments } from "../../components/Segments/Segments";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Plain, Said } from "../../components/Text/Text";
import { useCall, useChange, type GrantView, type OfferArgument, type Request } from "../../host";
import { plainly } from "../../lib/text";
import { number } from "../../lib/words";
import { FailureNotice } from "../shell/FailureNotice";

const COUNTS = [1, 5, 20, 50].map((value) => ({ value, words: `${value}` }));
const HOURS = [
  { value: 8, words: "8 hours" },
  { value: 24, words: "1 day" },
  { value: 168, words: "7 days" },
  { value: 720, words: "30 days" },
];

interface GrantMenuProps {
  id: number;
  onGranted: (grant: GrantView) => void;
}

/** What may be allowed beforehand after this proposal. It never approves the proposal itself. */
export function GrantMenu({ id, onGranted }: GrantMenuProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      label="Stop asking when all of this holds"
      side="top"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button iconAfter="chev-d" aria-haspopup="dialog">
          Always allow for…
        </Button>
      }
    >
      <Offer
        id={id}
        onGranted={(grant) => {
          setOpen(false);
          onGranted(grant);
        }}
      />
    </Popover>
  );
}

function Offer({ id, onGranted }: GrantMenuProps) {
  const offer = useCall("grant_offer", { id });
  const add = useChange("grant_add");
  const [count, setCount] = useState(20);
  const [hours, setHours] = useState(168);
  const [most, setMost] = useState<Readonly<Record<string, string>>>({});
  const [out, setOut] = useState<readonly string[]>([]);
  if (offer.error) return <FailureNotice failure={offer.error} urgent={false} />;
  if (!offer.data) return <Skeleton label="Looking what may be allowed" />;
  const { refused, arguments: all } = offer.data;
  const bounded = Object.entries(most).filter(([name]) => !out.includes(name));
  const wrong = bounded.some(([, own]) => !/^\d{1,15}$/.test(own));
  const bounds = bounded.map(([name, own]) => ({ name, up_to: Number(own) }));
  const limits = { id, bounds, left_out: [...out], count, hours };
  const create = (): void => add.mutate(limits, { onSuccess: onGranted });
  return (
    <div className="grant">
      <div>
        <h2>Stop asking when all of this holds</h2>
        <p className="dim xs">Takes effect the next time. This proposal still needs your decision.</p>
      </div>
      {refused !== null ? (
        <p className="g-lock">
          <Icon name="lock" size="sm" />
          <span>
            <Said>{refused}</Said>
          </span>
        </p>
      ) : (
        <>
          {all.map((own) => (
            <Argument
              key={own.name}
              argument={own}
              most={most[own.name]}
              out={out.includes(own.name)}
              onOut={(on) => setOut([...out.filter((name) => name !== own.name), ...(on ? [own.name] : [])])}
              onMost={(value) =>
                setMost(
                  Object.fromEntries([
                    ...Object.entries(most).filter(([name]) => name !== own.name),
                    ...(value === undefined ? [] : [[own.name, value] as const]),
                  ]),
                )
              }
            />
          ))}
          <div className="g-row">
            <span>At most</span>
            <span className="row wrap">
              <Segments label="At most so many changes" value={count} options={COUNTS} onChange={setCount} />
              changes
            </span>
          </div>
          <div className="g-row">
            <span>For</span>
            <Segments label="For how long" value={hours} options={HOURS} onChange={setHours} />
          </div>
          <p className="g-lock">
            <Icon name="lock" size="sm" />
            <span>
              While text from outside led to a proposal, or a rule asks in any case, this permission is not
              used.
            </span>
          </p>
          {add.error && <FailureNotice failure={add.error} />}
          <div className="dlg-acts g-end">
            <Saved limits={limits} known={!wrong} />
            <Button small look="primary" notYet={add.isPending || wrong} onClick={create}>
              Create permission
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

const MONTH = 720;

/** How many earlier questions a permission within these limits would have saved; judged by what judges a permission. */
function Saved({ limits, known }: { limits: Request<"grant_saved">; known: boolean }) {
  const { data } = useCall("grant_saved", limits, { enabled: known, keep: true });
  const words = (): string => {
    if (!known) return "Write the largest amount as a whole number.";
    if (!data) return "";
    const { saved, of, more } = data;
    if (of < 2) return "No other question like this one in the last 30 days.";
    const all = more ? `the newest ${number(of)} such questions` : `${number(of)} such questions`;
    if (limits.hours === MONTH) return `In the last 30 days it would have saved ${number(saved)} of ${all}.`;
    const [own] = HOURS.filter(({ value }) => value === limits.hours);
    return `Given ${own?.words ?? ""} ago, it would have saved ${number(saved)} of ${all} of the last 30 days.`;
  };
  return (
    <span className="dim xs grow" role="status">
      {words()}
    </span>
  );
}

interface ArgumentProps {
  argument: OfferArgument;
  most: string | undefined;
  /** A change that has it too is asked. */
  out: boolean;
  onOut: (out: boolean) => void;
  onMost: (most: string | undefined) => void;
}

function Argument({ argument, most, out, onOut, onMost }: ArgumentProps) {
  const { label, value, amount, optional } = argument;
  return (
    <div className="g-row">
      {optional ? (
        <label className="opt">
          <input
            className="check"
            type="checkbox"
            checked={!out}
            onChange={(event) => onOut(!event.target.checked)}
          />
          <span>{plainly(label)}</span>
        </label>
      ) : (
        <span>
          <Plain>{label}</Plain>
        </span>
      )}
      <span className="g-val">
        {out ? (
          <span className="faint">left out: a change that has it too is asked</span>
        ) : most === undefined ? (
          <>
            exactly{" "}
            <b>
              <Plain>{value}</Plain>
            </b>
          </>
        ) : (
          <Field
            label={`${plainly(label)}, at most`}
            value={most}
            maxLength={15}
            onChange={(event) => onMost(event.target.value.trim())}
          />
        )}
        {amount && !out && (
          <label className="opt">
            <input
              className="check"
              type="checkbox"
              checked={most !== undefined}
              onChange={(event) => onMost(event.target.checked ? value.replace(/\D/g, "") : undefined)}
            />
            <span>anything up to a largest amount</span>
          </label>
        )}
      </span>
    </div>
  );
}
