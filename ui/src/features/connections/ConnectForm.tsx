import "../../components/Field/Field.css";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button } from "../../components/Button/Button";
import { Field } from "../../components/Field/Field";
import { Icon } from "../../components/Icon/Icon";
import { LiveRegion } from "../../components/LiveRegion/LiveRegion";
import { Segments } from "../../components/Segments/Segments";
import { Name, Plain } from "../../components/Text/Text";
import type { ConnectorView, Failure } from "../../host";
import { plainly, visible } from "../../lib/text";
import { FailureNotice } from "../shell/FailureNotice";
import { missing, missingWords, secretWords, userOf, wayOf, waysOf, type Draft } from "./connecting";

interface ConnectFormProps {
  connector: ConnectorView;
  draft: Draft;
  /** The sign-in is being tried. */
  trying: boolean;
  failure?: Failure | undefined;
  onChange: (own: Partial<Draft>) => void;
  onSend: () => void;
  onBack: () => void;
}

/** Where a system is, and as whom one signs in there. */
export function ConnectForm({
  connector,
  draft,
  trying,
  failure,
  onChange,
  onSend,
  onBack,
}: ConnectFormProps) {
  const lacks = missing(connector, draft).length > 0;
  const title = visible(connector.title);
  const way = wayOf(connector, draft);
  const secret = secretWords(way?.secret ?? "");
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Where there is little room it would be below the edge.
    if (failure) end.current?.scrollIntoView({ block: "nearest" });
  }, [failure]);
  const shared = { readOnly: trying, autoComplete: "off", spellCheck: false };
  return (
    <form
      className="dlg-form"
      aria-label={`Sign in to ${title}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (!lacks && !trying) onSend();
      }}
    >
      <Line
        label="Address"
        hint={
          <>
            For example{" "}
            <code>
              <Name>{connector.base}</Name>
            </code>
            . It begins like the address in your browser
            {/^https?:\/\/[^/]+\/./.test(connector.base) ? " and usually ends as here." : "."}
          </>
        }
      >
        {(named) => (
          <Field
            {...shared}
            {...named}
            autoFocus
            placeholder={visible(connector.base)}
            value={draft.address}
            onChange={({ target }) => onChange({ address: target.value })}
          />
        )}
      </Line>
      <OwnNetwork draft={draft} trying={trying} onChange={onChange} />
      <Line
        label="Your name there"
        hint={`The name or mail address by which ${title} knows you. What you change there is in this name.`}
      >
        {(named) => (
          <Field
            {...shared}
            {...named}
            value={draft.account}
            onChange={({ target }) => onChange({ account: target.value })}
          />
        )}
      </Line>
      {waysOf(connector).length > 1 && way && (
        <div className="field">
          <span className="lab">How you sign in</span>
          <Segments
            label="How you sign in"
            value={way.way}
            options={waysOf(connector).map((own) => ({
              value: own.way,
              words: <Plain>{`With ${secretWords(own.secret).name}`}</Plain>,
            }))}
            // Another way wants another secret.
            onChange={(next) => !trying && next !== way.way && onChange({ way: next, secret: "" })}
          />
        </div>
      )}
      {way?.user && (
        <Line label="User name" hint="What you type there to sign in.">
          {(named) => (
            <Field
              {...shared}
              {...named}
              value={userOf(draft)}
              onChange={({ target }) => onChange({ user: target.value })}
            />
          )}
        </Line>
      )}
      <Line
        label={plainly(secret.label)}
        hint={
          <>
            {secret.sentence !== "" && <Plain>{secret.sentence}</Plain>}
            <span className="con-kept">
              <Icon name="lock" size="sm" /> It goes into this computer’s keyring, where passwords are kept,
              and nowhere else. Only <Name>{title}</Name> gets it, to sign you in.
            </span>
          </>
        }
      >
        {(named) => (
          <Field
            {...shared}
            {...named}
            type="password"
            value={draft.secret}
            onChange={({ target }) => onChange({ secret: target.value })}
          />
        )}
      </Line>
      <Line label="What you call it, may stay empty" needed={false}>
        {(named) => (
          <Field
            {...shared}
            {...named}
            maxLength={80}
            placeholder={title}
            value={draft.title}
            onChange={({ target }) => onChange({ title: target.value })}
          />
        )}
      </Line>
      <LiveRegion>{trying ? `Signing in to ${title}` : ""}</LiveRegion>
      <div ref={end} className="dlg-form con-end">
        {failure && !trying && <FailureNotice failure={failure} />}
        <div className="dlg-acts dlg-acts-said">
          <span className="faint xs">
            {trying
              ? "You may close this. If the sign-in works, the system appears in the list; if not, nothing is kept."
              : lacks
                ? visible(missingWords(connector, draft))
                : "The sign-in is tried first. Nothing is changed there."}
          </span>
          <Button notYet={trying} icon="left" onClick={onBack}>
            Another system
          </Button>
          <Button type="submit" look="primary" notYet={lacks || trying}>
            {trying ? "Signing in…" : "Connect"}
          </Button>
        </div>
      </div>
    </form>
  );
}

interface Named {
  id: string;
  "aria-describedby"?: string;
  "aria-required": boolean;
}

interface LineProps {
  label: string;
  hint?: ReactNode;
  needed?: boolean;
  children: (named: Named) => ReactNode;
}

/** A field with its name above and what is to be known of it below. */
function Line({ label, hint, needed = true, children }: LineProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        "aria-required": needed,
        ...(hint ? { "aria-describedby": `${id}-hint` } : {}),
      })}
      {hint && (
        <span id={`${id}-hint`} className="faint xs said">
          {hint}
        </span>
      )}
    </div>
  );
}

type OwnNetworkProps = Pick<ConnectFormProps, "draft" | "trying" | "onChange">;

function OwnNetwork({ draft, trying, onChange }: OwnNetworkProps) {
  const id = useId();
  return (
    <div className="opt-switch">
      <input
        id={id}
        className="check"
        type="checkbox"
        checked={draft.ownNetwork}
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => !trying && onChange({ ownNetwork: target.checked })}
      />
      <span>
        <label htmlFor={id}>It is in our own network</label>
        <span id={`${id}-hint`} className="faint xs hint">
          Tick it if it opens only in the office or by VPN.
        </span>
      </span>
    </div>
  );
}
