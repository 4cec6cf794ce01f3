import { Meter } from "./Meter";

export const stories = {
  "Two thirds": () => <Meter label="Halden, read" value={0.65} words="2,214 of 3,418 files" />,
};
