import { Field } from "./Field";

export const stories = {
  "Empty, with an icon": () => <Field label="Find a file" icon="search" placeholder="Find a file" />,
};
