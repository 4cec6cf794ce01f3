import { Fold } from "./Fold";

export const stories = {
  "A raw request": () => (
    <Fold words="Show the raw request">
      <pre>PATCH /crm/deals/20418</pre>
    </Fold>
  ),
};
