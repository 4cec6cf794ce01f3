import { Icon } from "../../components/Icon/Icon";
import { age } from "./words";
import { useNow } from "./useNow";

/** How old the reading of a record is. It counts up, and the approval is void if the record changed since. */
export function Freshness({ read, many = 1 }: { read: number; many?: number }) {
  const old = useNow() - read;
  const what = many === 1 ? "Record" : "Records";
  return (
    <span className="fact">
      <Icon name="clock" />
      <span>
        <b>
          {what} read {age(old)} ago.
        </b>{" "}
        {many > 1
          ? "Each row is void if its record changes."
          : old < 60_000
            ? "The approval is void if it changes."
            : "It is read again before anything is sent; the approval is void if it changed."}
      </span>
    </span>
  );
}
