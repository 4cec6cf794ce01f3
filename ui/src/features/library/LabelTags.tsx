import { Tag } from "../../components/Tag/Tag";
import { INTERNAL, NEVER_LEAVES, labelWords } from "../../lib/labels";

/** The labels of a collection. */
export function LabelTags({ labels }: { labels: readonly string[] }) {
  return labels.map((label) => (
    <Tag
      key={label}
      icon={label === NEVER_LEAVES ? "lock" : label === INTERNAL ? "eye-off" : "tag"}
      strong={label === NEVER_LEAVES}
    >
      {labelWords(label)}
    </Tag>
  ));
}
