import { IconButton } from "./IconButton";

export const stories = {
  "At rest, pressed, disabled": () => (
    <div className="row">
      <IconButton icon="copy" label="Copy quote" />
      <IconButton icon="pane" label="Hide evidence pane" pressed />
      <IconButton icon="chev-d" label="Next page" disabled />
    </div>
  ),
};
