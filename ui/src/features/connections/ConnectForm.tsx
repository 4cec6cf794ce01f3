import "../../components/Field/Field.css";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button } from "../../components/Button/Button";
import { Field } from "../../components/Field/Field";
import { Icon } from "../../components/Icon/Icon";
import { LiveRegion } from "../../components/LiveRegion/LiveRegion";
import { Notice } from "../../components/Notice/Notice";
import { Segments } from "../../components/Segments/Segments";
import { Name, Plain } from "../../components/Text/Text";
import type { ClientView, ConnectorView, Failure, SignInView } from "../../host";
import { plainly, visible } from "../../lib/text";
import { FailureNotice } from "../shell/FailureNotice";
import {
  clientWords,
  isElsewhere,
  isItself,
  missing,
  missingWords,
  secretWords,
  userOf,
  wayOf,
  wayWords,
  type Draft,
} from "./connecting";

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
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Where there is little room it would be below the edge.
    if (failure) end.current?.scrollIntoView({ block: "nearest" });
  }, [failure]);
  const elsewhere = isElsewhere(way);
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
      {connector.sign_in.length > 1 && way && (
        <div className="field">
          <span className="lab">How you sign in</span>
          <Segments
            label="How you sign in"
            value={way.way}
            options={connector.sign_in.map((own) => ({
              value: own.way,
              words: <Plain>{wayWords(own)}</Plain>,
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
      {way?.client ? (
        <Program
          title={title}
          way={way}
          client={way.client}
          draft={draft}
          trying={trying}
          onChange={onChange}
        />
      ) : (
        <Secret
          title={title}
          words={way?.secret ?? ""}
          value={draft.secret}
          trying={trying}
          onChange={onChange}
        />
      )}
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
              ? elsewhere
                ? "The provider of the sign-in is asked where you sign in."
                : "You may close this. If the sign-in works, the system appears in the list; if not, nothing is kept."
              : lacks
                ? visible(missingWords(connector, draft))
                : elsewhere
                  ? draft.device && way?.client?.device
                    ? "You get a code to type on the other device."
                    : "Your browser opens where you sign in. Attaché never sees your password."
                  : "The sign-in is tried first. Nothing is changed there."}
          </span>
          <Button notYet={trying} icon="left" onClick={onBack}>
            Another system
          </Button>
          <Button type="submit" look="primary" notYet={lacks || trying}>
            {trying ? "Signing in…" : elsewhere ? "Sign in" : "Connect"}
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

type PartProps = Pick<ConnectFormProps, "trying" | "onChange">;

interface SecretProps extends PartProps {
  title: string;
  /** What the connector calls it. */
  words: string;
  value: string;
}

/** A secret that the system itself gave. */
function Secret({ title, words, value, trying, onChange }: SecretProps) {
  const { label, sentence } = secretWords(words);
  return (
    <Line
      label={plainly(label)}
      hint={
        <>
          {sentence !== "" && <Plain>{sentence}</Plain>}
          <span className="con-kept">
            <Icon name="lock" size="sm" /> It goes into this computer’s keyring, where passwords are kept, and
            nowhere else. Only <Name>{title}</Name> gets it, to sign you in.
          </span>
        </>
      }
    >
      {(named) => (
        <Field
          {...named}
          readOnly={trying}
          autoComplete="off"
          spellCheck={false}
          type="password"
          value={value}
          onChange={({ target }) => onChange({ secret: target.value })}
        />
      )}
    </Line>
  );
}

interface ProgramProps extends PartProps {
  title: string;
  way: SignInView;
  client: ClientView;
  draft: Draft;
}

/** The program as which one signs in at a provider; the company registers it there. */
function Program({ title, way, client, draft, trying, onChange }: ProgramProps) {
  const shared = { readOnly: trying, autoComplete: "off", spellCheck: false };
  const itself = isItself(way);
  const words = clientWords(way.secret);
  return (
    <>
      <Notice icon="ask" title="Attaché comes without a client id of its own">
        {words !== "" && (
          <p>
            <Plain>{words}</Plain>
          </p>
        )}
        <p>
          Whoever administers <Name>{title}</Name> in your company makes it, once for everybody. Ask them for
          it
          {client.secret && ", and for the client secret if there is one"}.
        </p>
      </Notice>
      <Line label="Client id" hint="By it the provider knows your company’s app. It is no secret.">
        {(named) => (
          <Field
            {...shared}
            {...named}
            value={draft.clientId}
            onChange={({ target }) => onChange({ clientId: target.value })}
          />
        )}
      </Line>
      {client.secret && (
        <Line
          label={itself ? "Client secret" : "Client secret, empty if the app has none"}
          needed={itself}
          hint={
            <span className="con-kept">
              <Icon name="lock" size="sm" /> It goes into this computer’s keyring, where passwords are kept,
              and nowhere else. Only the provider of the sign-in gets it.
            </span>
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
      )}
      {client.device && !itself && (
        <div className="field">
          <span className="lab">Where you sign in</span>
          <Segments
            label="Where you sign in"
            value={draft.device ? "device" : "here"}
            options={[
              { value: "here", words: "On this computer" },
              { value: "device", words: "With a code, on another device" },
            ]}
            onChange={(next) => !trying && onChange({ device: next === "device" })}
          />
        </div>
      )}
    </>
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
