import { Verdict } from "./Verdict";

export const stories = {
  "With and without background": () => (
    <div className="row wrap">
      <Verdict hue="allow" icon="v-allow">
        Indexed
      </Verdict>
      <Verdict hue="ask" icon="minus" plain>
        Skipped
      </Verdict>
      <Verdict hue="deny" icon="warn" plain>
        Failed
      </Verdict>
      <Verdict hue="hold" icon="clock" plain>
        Waiting
      </Verdict>
    </div>
  ),
};
