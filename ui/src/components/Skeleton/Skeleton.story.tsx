import { Skeleton } from "./Skeleton";

export const stories = {
  "Lines to come": () => <Skeleton label="Working on the answer" />,
};
