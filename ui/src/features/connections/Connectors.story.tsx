import { CONNECTORS } from "../../host/fake/systems";
import { Connectors } from "./Connectors";
import "./connections.css";

export const stories = {
  "Those that come with Attaché": () => (
    <Connectors connectors={CONNECTORS} last={null} onChoose={() => undefined} />
  ),
  "One that was never tried": () => (
    <Connectors
      connectors={[{ ...CONNECTORS[1]!, tried: "never against a real one" }]}
      last={null}
      onChoose={() => undefined}
    />
  ),
};
