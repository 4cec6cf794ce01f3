import { Icon } from "../../components/Icon/Icon";
import { useLate } from "../../components/Skeleton/Skeleton";
import { Name, Said } from "../../components/Text/Text";
import { useCall, useCore, type Failure } from "../../host";

function Starting({ failure }: { failure: Failure | null }) {
  const late = useLate();
  if (!late) return null;
  return (
    <div className="ban ban-quiet" role="status">
      <Icon name="retry" size="sm" className="spin" />
      <span>
        {failure ? (
          <>
            <b>
              <Said>{failure.message}</Said>
            </b>{" "}
            {failure.hint && <Said>{failure.hint}</Said>} What you wrote is kept.
          </>
        ) : (
          <>
            <b>Getting ready.</b> Your conversations and files appear in a moment.
          </>
        )}
      </span>
    </div>
  );
}

/** One quiet line under the title for what concerns the whole window. */
export function CoreBar() {
  const { state, failure } = useCore();
  const status = useCall("status", {}).data;
  if (state === "starting") return <Starting failure={failure} />;
  const away = status?.sources.filter(({ reachable }) => !reachable) ?? [];
  const [first] = away;
  const places = away.some(({ system }) => system !== null) ? "folders and systems" : "folders";
  if (!first) return null;
  return (
    <div className="ban" role="status">
      <Icon name="warn" size="sm" />
      <span>
        <b>
          {away.length === 1 ? (
            <>
              {first.system === null ? "The folder" : "The copies"} of <Name>{first.collection}</Name> cannot
              be reached.
            </>
          ) : (
            <>
              {away.length} {places} cannot be reached.
            </>
          )}
        </b>{" "}
        Nothing from {away.length === 1 ? "it" : "them"} is shown in answers until{" "}
        {away.length === 1 ? "it is" : "they are"} back; nothing is lost.
      </span>
      <a className="link" href={`#/library/${first.id}`}>
        Details
      </a>
    </div>
  );
}
