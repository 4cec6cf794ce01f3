import { begun } from "../../host/fake/systems";
import { Waiting } from "./Waiting";
import "./connections.css";

const nothing = (): void => undefined;

export const stories = {
  "The browser was opened": () => <Waiting begun={begun()} onCancel={nothing} />,
  "It could not be opened": () => <Waiting begun={begun({ opened: false })} onCancel={nothing} />,
  "With a code on another device": () => (
    <Waiting
      begun={begun({ address: "https://microsoft.com/devicelogin", code: "WDJB-MJHT", opened: false })}
      onCancel={nothing}
    />
  ),
};
