import { Icon, type IconName } from "../Icon/Icon";

export type UndoClass = "restorable" | "compensable" | "irreversible";

const WORDS: Record<UndoClass, { icon: IconName; word: string; more: string }> = {
  restorable: { icon: "undo", word: "Restorable", more: "old values are kept" },
  compensable: { icon: "swap", word: "Compensable", more: "something else can make up for it" },
  irreversible: { icon: "oneway", word: "Irreversible", more: "it cannot be called back" },
};

/** How something can be taken back: a word, and what it means. */
export function UndoMark({ undo, brief = false }: { undo: UndoClass; brief?: boolean }) {
  const { icon, word, more } = WORDS[undo];
  return (
    <span className="fact">
      <Icon name={icon} />
      <span>
        <b>{word}</b>
        {!brief && ` ${more}`}
      </span>
    </span>
  );
}
