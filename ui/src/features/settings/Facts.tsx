import { Icon } from "../../components/Icon/Icon";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Name, Said } from "../../components/Text/Text";
import { useCall } from "../../host";
import { hostsOf } from "../../lib/hosts";
import { list, size } from "../../lib/words";

/** Where everything is kept, what finds and answers, and what the machine has for it. */
export function Facts() {
  const { data } = useCall("about", {});
  const contacts = hostsOf(useCall("contacts", {}).data ?? []);
  if (!data) return <Skeleton label="Looking at this machine" lines={5} />;
  const { home, index_bytes, ledger_bytes, model, model_problem, engine, checks, version } = data;
  return (
    <>
      <section aria-labelledby="set-data">
        <h2 id="set-data">Data</h2>
        <dl className="kv">
          <dt>Kept in</dt>
          <dd className="mono">
            <Name>{home}</Name>
          </dd>
          <dt>Index</dt>
          <dd>{size(index_bytes)}</dd>
          <dt>Conversations</dt>
          <dd>{size(ledger_bytes)}</dd>
          <dt>Hosts contacted</dt>
          <dd>
            <Name>{contacts.length === 0 ? "None" : list(contacts)}</Name>
          </dd>
        </dl>
      </section>
      <section aria-labelledby="set-model">
        <h2 id="set-model">Models</h2>
        <dl className="kv">
          <dt>Answers</dt>
          <dd>
            Exact passages, <Name>{engine}</Name>. No language model writes them.
          </dd>
          <dt>Search by meaning</dt>
          <dd>
            <Name>
              {model === null ? "Not there. Files are found by their words." : `${model}, on this device`}
            </Name>
          </dd>
        </dl>
        {model_problem && (
          <p className="dim">
            <Said>{model_problem}</Said>
          </p>
        )}
        {checks.length > 0 && (
          <ul className="checks">
            {checks.map(({ name, ok, found, fix }) => (
              <li key={name}>
                <Icon name={ok ? "check" : "warn"} className={ok ? "t-allow" : "t-ask"} />
                <span>
                  <b>
                    <Name>{name}</Name>
                  </b>
                  <span className="vh">{ok ? ", there:" : ", missing:"}</span> <Said>{found}</Said>
                  {!ok && fix && (
                    <span className="dim">
                      {" "}
                      <Said>{fix}</Said>
                    </span>
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
        <p className="faint xs">Attaché {version}</p>
      </section>
    </>
  );
}
