import { Icon, Mark, type IconName } from "./Icon";
import { SHAPES } from "./shapes";

export const stories = {
  "All of them": () => (
    <div className="row wrap">
      <Mark />
      {(Object.keys(SHAPES) as IconName[]).map((name) => (
        <Icon key={name} name={name} />
      ))}
    </div>
  ),
};
