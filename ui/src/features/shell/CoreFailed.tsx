import { Empty } from "../../components/Empty/Empty";
import { Said } from "../../components/Text/Text";
import type { Failure } from "../../host";

const TITLES: Record<string, string> = {
  workspace_in_use: "Attaché is open already",
  disk_full: "The disk is full",
};

/** The whole window when there is no core to work with. */
export function CoreFailed({ failure }: { failure: Failure | null }) {
  const title = TITLES[failure?.code ?? ""] ?? "Attaché could not start";
  return (
    <main className="hold" id="main">
      <Empty icon="warn" role="alert" title={title} level={1}>
        {failure && (
          <p>
            <Said>{failure.message}</Said>
          </p>
        )}
        <p>Your files, conversations and settings are kept as they were.</p>
        {failure?.hint && (
          <p>
            <Said>{failure.hint}</Said>
          </p>
        )}
      </Empty>
    </main>
  );
}
