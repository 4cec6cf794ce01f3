import { useState } from "react";
import { Icon, type IconName } from "../../components/Icon/Icon";
import { IconButton } from "../../components/IconButton/IconButton";
import { Popover } from "../../components/Popover/Popover";
import { TagButton } from "../../components/Tag/Tag";
import { Name } from "../../components/Text/Text";
import { useCall, type Filter } from "../../host";
import { NEVER_LEAVES, labelWords } from "../../lib/labels";
import { visible } from "../../lib/text";
import { KINDS, isEverything, kindsOf, toggled, withKind } from "./filters";

interface ScopeProps {
  filter: Filter;
  onChange: (filter: Filter) => void;
}

/** Where to look: what is chosen stands as tags that go away when pressed; the plus adds more. */
export function ScopeSelector({ filter, onChange }: ScopeProps) {
  const [open, setOpen] = useState(false);
  const status = useCall("status", {}).data;
  const sources = status?.sources ?? [];
  const { collections = [], labels = [] } = filter;
  const kept = (collection: string): boolean =>
    sources.some((source) => source.collection === collection && source.labels.includes(NEVER_LEAVES));
  const iconOf = (collection: string): IconName => {
    if (kept(collection)) return "lock";
    const own = sources.find((source) => source.collection === collection);
    return own && own.system !== null ? "record" : "folder";
  };
  const without = (words: string) => ({ "aria-label": `${visible(words)}, remove from where to look` });
  return (
    <div className="scope" role="group" aria-label="Where to look">
      <span className="lead">Looking in</span>
      {isEverything(filter) && (
        <TagButton icon="library" aria-haspopup="dialog" onClick={() => setOpen(true)}>
          Everything
        </TagButton>
      )}
      {collections.map((name) => (
        <TagButton
          key={name}
          icon={iconOf(name)}
          {...without(name)}
          onClick={() => onChange({ ...filter, collections: toggled(collections, name) })}
        >
          <Name>{name}</Name>
          <Icon name="x" />
        </TagButton>
      ))}
      {labels.map((label) => (
        <TagButton
          key={label}
          icon="tag"
          {...without(labelWords(label))}
          onClick={() => onChange({ ...filter, labels: toggled(labels, label) })}
        >
          {labelWords(label)}
          <Icon name="x" />
        </TagButton>
      ))}
      {kindsOf(filter).map((kind) => (
        <TagButton
          key={kind.words}
          icon="file"
          {...without(kind.words)}
          onClick={() => onChange(withKind(filter, kind, false))}
        >
          {kind.words}
          <Icon name="x" />
        </TagButton>
      ))}
      <Popover
        label="Where to look"
        side="top"
        open={open}
        onOpenChange={setOpen}
        trigger={<IconButton className="scope-add" icon="plus" label="Choose where to look" />}
      >
        <Choices filter={filter} onChange={onChange} />
      </Popover>
    </div>
  );
}

/** Collections, labels and kinds of file; several of a group mean any of them. */
function Choices({ filter, onChange }: ScopeProps) {
  const sources = useCall("status", {}).data?.sources ?? [];
  const all = [...new Set(sources.map(({ collection }) => collection))].sort();
  const carried = [...new Set(sources.flatMap((source) => source.labels))].sort();
  const { collections = [], labels = [] } = filter;
  const chosen = kindsOf(filter);
  return (
    <>
      {all.length > 0 && (
        <fieldset className="choices">
          <legend className="sec-label">Collections</legend>
          {all.map((name) => (
            <label key={name} className="opt">
              <input
                type="checkbox"
                className="check"
                checked={collections.includes(name)}
                onChange={() => onChange({ ...filter, collections: toggled(collections, name) })}
              />
              <Name>{name}</Name>
            </label>
          ))}
        </fieldset>
      )}
      {carried.length > 0 && (
        <fieldset className="choices">
          <legend className="sec-label">Only with label</legend>
          {carried.map((label) => (
            <label key={label} className="opt">
              <input
                type="checkbox"
                className="check"
                checked={labels.includes(label)}
                onChange={() => onChange({ ...filter, labels: toggled(labels, label) })}
              />
              {labelWords(label)}
            </label>
          ))}
        </fieldset>
      )}
      <fieldset className="choices">
        <legend className="sec-label">Kinds of file</legend>
        {KINDS.map((kind) => (
          <label key={kind.words} className="opt">
            <input
              type="checkbox"
              className="check"
              checked={chosen.includes(kind)}
              onChange={(event) => onChange(withKind(filter, kind, event.target.checked))}
            />
            {kind.words}
          </label>
        ))}
      </fieldset>
    </>
  );
}
