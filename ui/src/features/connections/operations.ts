import type { IconName } from "../../components/Icon/Icon";
import type { OperationView, SystemView, UndoView } from "../../host";

interface ClassMark {
  icon: IconName;
  words: string;
  danger?: boolean;
}

const CLASSES: Record<string, ClassMark> = {
  read: { icon: "eye", words: "Read" },
  draft: { icon: "pen", words: "Draft" },
  write: { icon: "pen", words: "Write" },
  send: { icon: "up", words: "Sends outside" },
  destructive: { icon: "warn", words: "Destructive", danger: true },
};

/** What an operation does to the world; one of which that is not known may do anything. */
export function classMark({ side_effect: of }: Pick<OperationView, "side_effect">): ClassMark {
  return CLASSES[of] ?? { icon: "warn", words: "Unknown", danger: true };
}

const UNDOS: Record<UndoView, ClassMark> = {
  restorable: { icon: "undo", words: "Restorable" },
  compensable: { icon: "swap", words: "Compensable" },
  irreversible: { icon: "oneway", words: "Irreversible" },
};

export function undoMark(undo: UndoView): ClassMark {
  return UNDOS[undo];
}

/** `crm.deals.update` is about `crm deals`. */
export function areaOf(operation: OperationView): string {
  return operation.name.split(".").slice(0, -1).join(" ") || operation.name;
}

/** A summary without its full stop, as a heading. */
export function title({ summary, name }: OperationView): string {
  return summary.replace(/\.$/, "") || name;
}

export const reads = (operation: OperationView): boolean => operation.side_effect === "read";

/** Operations that are not what they were when the system was connected. */
export function changedOf({ operations }: SystemView): OperationView[] {
  return operations.filter(({ changed }) => changed);
}

/** The letter that stands for a system. */
export function monogram(name: string): string {
  return /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? "?";
}
