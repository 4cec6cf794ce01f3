import { Count, Tag, TagButton } from "./Tag";

export const stories = {
  "Plain, strong, a button, a count": () => (
    <div className="row wrap">
      <Tag icon="tag">Customer facing</Tag>
      <Tag icon="lock" strong>
        Never leaves this machine
      </Tag>
      <TagButton icon="folder">Halden</TagButton>
      <Count>5</Count>
    </div>
  ),
};
