import { Button } from "../Button/Button";
import { Notice } from "./Notice";

export const stories = {
  Neutral: () => (
    <Notice icon="search" title="Nothing in Contracts or Halden says this.">
      <p>No answer is given without a passage.</p>
    </Notice>
  ),
  "With an action": () => (
    <Notice hue="ask" icon="warn" title="The disk is full" actions={<Button small>Try again</Button>}>
      <p>What was read is kept.</p>
    </Notice>
  ),
};
