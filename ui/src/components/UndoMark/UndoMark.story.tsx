import { UndoMark } from "./UndoMark";

export const stories = {
  "Every class": () => (
    <div className="row wrap">
      <UndoMark undo="restorable" />
      <UndoMark undo="compensable" />
      <UndoMark undo="irreversible" />
      <UndoMark undo="irreversible" brief />
    </div>
  ),
};
