import { Button } from "../Button/Button";
import { Tooltip } from "./Tooltip";

export const stories = {
  "On a button": () => (
    <Tooltip words="Shows the passage">
      <Button>Evidence</Button>
    </Tooltip>
  ),
};
