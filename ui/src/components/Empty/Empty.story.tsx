import { Button } from "../Button/Button";
import { Empty } from "./Empty";

export const stories = {
  "Nothing yet": () => (
    <Empty icon="folder" title="No folder is watched yet" actions={<Button small>Add folder</Button>}>
      <p>Folders are read on this device and stay where they are.</p>
    </Empty>
  ),
};
