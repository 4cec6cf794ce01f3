import type { ReactNode } from "react";
import { Notice } from "../../components/Notice/Notice";
import { Said } from "../../components/Text/Text";
import type { Failure } from "../../host";

interface FailureNoticeProps {
  failure: Failure;
  actions?: ReactNode;
  urgent?: boolean;
}

/** Why something did not happen, and what to try next. */
export function FailureNotice({ failure, actions, urgent = true }: FailureNoticeProps) {
  return (
    <Notice
      hue={failure.fault === "bug" ? "deny" : "ask"}
      icon="warn"
      title={<Said>{failure.message}</Said>}
      actions={actions}
      urgent={urgent}
    >
      {failure.hint && (
        <p>
          <Said>{failure.hint}</Said>
        </p>
      )}
    </Notice>
  );
}
