import { Icon } from "../../components/Icon/Icon";
import { Notice } from "../../components/Notice/Notice";
import { useLate } from "../../components/Skeleton/Skeleton";
import { Said } from "../../components/Text/Text";
import { Verdict } from "../../components/Verdict/Verdict";
import { useCall } from "../../host";
import { count, number } from "../../lib/words";

/** Whether what was written down is still what was written down. */
export function ChainBadge() {
  const { data, isFetching, error } = useCall("audit_verify", {});
  const late = useLate();
  if (error) {
    return (
      <Verdict hue="ask" icon="warn">
        Chain not checked
      </Verdict>
    );
  }
  if (!data) {
    return late && isFetching ? (
      <span className="fact" role="status">
        <Icon name="retry" className="spin" /> Checking the chain
      </span>
    ) : null;
  }
  if (!data.holds) {
    return (
      <Verdict hue="deny" icon="v-deny">
        Chain broken at row {number(data.rows + 1)}
      </Verdict>
    );
  }
  return (
    <Verdict hue="allow" icon="seal">
      {data.rows === 0 ? "Nothing written down yet" : `Chain intact, ${count(data.rows, "row")}`}
    </Verdict>
  );
}

/** What to do about a chain that does not hold. */
export function ChainBroken() {
  const { data } = useCall("audit_verify", {});
  if (!data || data.holds) return null;
  return (
    <div className="chain-broken">
      <Notice hue="deny" icon="v-deny" urgent title={`Row ${number(data.rows + 1)} does not match its seal`}>
        <p>{data.broken && <Said>{data.broken}</Said>}</p>
        <p>
          {data.rows === 0
            ? "No row before it can be trusted."
            : data.rows === 1
              ? "The row before it is intact."
              : `The ${number(data.rows)} rows before it are intact.`}{" "}
          Somebody or something changed the file in which Attaché writes down what it does. Stop all sending,
          then give a copy to whoever looks after this machine: <code>attache audit export</code> writes it.
        </p>
      </Notice>
    </div>
  );
}
